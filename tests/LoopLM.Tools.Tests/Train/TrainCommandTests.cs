using LoopLM.Checkpoints;
using LoopLM.Tools.Data;
using LoopLM.Tools.Tokenizer;
using LoopLM.Tools.Train;
using Spectre.Console.Testing;

namespace LoopLM.Tools.Tests.Train;

public sealed class TrainCommandTests : IDisposable
{
    private static readonly string[] s_small =
        ["--hidden", "64", "--layers", "1", "--heads", "2", "--steps", "6", "--window", "24", "--windows",
            "4", "--warm-up", "1", "--report-every", "1", "--evaluate-every", "3", "--save-every", "2"];

    private readonly string _folder = Directory.CreateTempSubdirectory("looplm-").FullName;
    private readonly TestConsole _console = new();

    public TrainCommandTests()
    {
        File.WriteAllText(In("words.txt"), "user assistant user assistant");
        Invoke(TokenizerCommand.Create(_console), "train", In("words.txt"), "--vocabulary", "270", "--out", In("tokenizer.json"));
        Invoke(DataCommand.Create(_console), In("tokens"), "--tokenizer", In("tokenizer.json"),
            "--source", "mano:count=300,held-out=20", "--source", "sum:count=300,held-out=20");
    }

    [Fact]
    public void Invoke_PausedRun_GoesOnToTheWeightsAndCurvesOfOneThatWasNotPaused()
    {
        Train("straight", []);
        for (var start = 0; start < 6; start++)
        {
            // Every start runs at least one step.
            Train("paused", ["--max-time", "0.0001", "--workers", "1"]);
        }

        Assert.Contains($"Step 6 of 6 is saved in {In("paused")}", _console.Output.ReplaceLineEndings(""), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(In("straight", "model.safetensors")), File.ReadAllBytes(In("paused", "model.safetensors")));
        Assert.Equal(Column("straight", 6), Column("paused", 6));
        Assert.Contains("<svg", File.ReadAllText(In("paused", "loss.svg")), StringComparison.Ordinal);

        string[] Column(string run, int column) => [.. File.ReadLines(In(run, "steps.csv")).Select(row => row.Split(',')[column])];
    }

    [Fact]
    public void Invoke_SecondStage_StartsFromACheckpointAndChangesTheGateAlone()
    {
        Train("first", []);
        Train("second", ["--stage", "2", "--from", In("first")]);

        using var first = Checkpoint.Open(In("first"));
        using var second = Checkpoint.Open(In("second"));
        var changed = first.Tensors.Keys.Where(name => !Bytes(first, name).SequenceEqual(Bytes(second, name)));
        Assert.All(changed, name => Assert.Contains("early_exit_gate", name, StringComparison.Ordinal));

        static float[] Bytes(Checkpoint checkpoint, string name)
        {
            var values = new float[checkpoint[name].ElementCount];
            checkpoint[name].CopyTo(values);
            return values;
        }
    }

    [Fact]
    public void Invoke_OtherSettingsInTheSameFolder_RefusesAndNamesThem()
    {
        Train("run", []);

        var exitCode = TrainCommand.Create(_console)
            .Parse(["--data", In("tokens"), "--out", In("run"), .. s_small, "--seed", "5"]).Invoke();

        Assert.Equal(1, exitCode);
        Assert.Contains("\"seed\": 1 there, \"seed\": 5 now", _console.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Train(string run, string[] options) =>
        Invoke(TrainCommand.Create(_console), ["--data", In("tokens"), "--out", In(run), .. s_small, .. options]);

    private void Invoke(System.CommandLine.Command command, params string[] arguments) =>
        Assert.True(command.Parse(arguments).Invoke() == 0, _console.Output);

    private string In(params ReadOnlySpan<string> path) => Path.Combine([_folder, .. path]);
}
