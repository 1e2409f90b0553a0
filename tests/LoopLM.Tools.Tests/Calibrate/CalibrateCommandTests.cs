using System.Text.Json.Nodes;
using LoopLM.Checkpoints;
using LoopLM.Engine.Exits;
using LoopLM.Testing;
using LoopLM.Text.Tokenization;
using LoopLM.Tools.Calibrate;
using LoopLM.Tools.Eval;
using LoopLM.Training;
using Spectre.Console.Testing;

namespace LoopLM.Tools.Tests.Calibrate;

public sealed class CalibrateCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("looplm-").FullName;
    private readonly TestConsole _console = new();

    public CalibrateCommandTests()
    {
        foreach (var file in new[] { "config.json", "model.safetensors", "tokenizer.json" })
        {
            File.Copy(Path.Combine(TestData.Root, "models", "looplm-bytes", file), In(file));
        }

        File.WriteAllText(
            In("tale.txt"), string.Concat(
                Enumerable.Repeat("The old woman went into the forest to look for her goat. \"Where are you?\" she cried.\n", 8)));
    }

    [Fact]
    public void Invoke_TargetLoops_WritesTheHighestThresholdThatAnEvaluationFindsWithinIt()
    {
        Assert.True(Invoke("--target-loops", "2.6") == 0, _console.Output);

        using var checkpoint = Checkpoint.Open(_folder);
        Assert.True(Read(checkpoint.Config.EarlyExitThreshold).MeanExitStep <= 2.6);
        Assert.True(Read(checkpoint.Config.EarlyExitThreshold + 0.001f).MeanExitStep > 2.6);
    }

    [Fact]
    public void Invoke_MaxLossIncrease_WritesAThresholdThatAnEvaluationFindsWithinIt()
    {
        Assert.True(Invoke("--max-loss-increase", "2%") == 0, _console.Output);

        using var checkpoint = Checkpoint.Open(_folder);
        var (found, full) = (Read(checkpoint.Config.EarlyExitThreshold), Read(1));
        Assert.True(found.Loss <= full.Loss * 1.02 && found.MeanExitStep < full.MeanExitStep);
        Assert.True(Read(checkpoint.Config.EarlyExitThreshold - 0.001f).Loss > full.Loss * 1.02);
    }

    [Fact]
    public void Invoke_Out_WritesThereAndChangesNoOtherField()
    {
        var before = File.ReadAllText(In("config.json"));

        Assert.Equal(0, Invoke("--target-loops", "2", "--out", In("calibrated.json")));

        Assert.Equal(before, File.ReadAllText(In("config.json")));
        var (old, written) = (JsonNode.Parse(before)!.AsObject(), JsonNode.Parse(File.ReadAllText(In("calibrated.json")))!.AsObject());
        Assert.True(old.Remove("early_exit_threshold") && written.Remove("early_exit_threshold"));
        Assert.Equal(old.ToJsonString(), written.ToJsonString());
    }

    [Fact]
    public void Invoke_Speculation_WritesTheBestDraftsThatAnEvaluationFinds()
    {
        Assert.True(Invoke("--speculation") == 0, _console.Output);

        using var checkpoint = Checkpoint.Open(_folder);
        var (loop, acceptance) = (checkpoint.Config.DraftLoops!.Value, checkpoint.Config.DraftAcceptance);
        var shares = Drafts().AgreesByLoop;
        Assert.Equal(shares[loop - 1], acceptance, 0.001);
        Assert.All(shares.Index(), each => Assert.True(Ticks(each.Item, each.Index + 1) >= Ticks(shares[loop - 1], loop)));

        static double Ticks(double share, int draftLoop) => (share * draftLoop) + ((1 - share) * 4);
    }

    [Fact]
    public void Invoke_SpeculationAndTarget_WritesBothAndNothingElse()
    {
        var old = JsonNode.Parse(File.ReadAllText(In("config.json")))!.AsObject();

        Assert.Equal(0, Invoke("--speculation", "--target-loops", "2"));

        var written = JsonNode.Parse(File.ReadAllText(In("config.json")))!.AsObject();
        Assert.True(old.Remove("early_exit_threshold") && written.Remove("early_exit_threshold"));
        Assert.True(written.Remove("looplm_draft_loops") && written.Remove("looplm_draft_acceptance"));
        Assert.Equal(old.ToJsonString(), written.ToJsonString());
    }

    [Theory]
    [InlineData("--target-loops is 0.5; it must be at least 1.", "--target-loops", "0.5")]
    [InlineData("--max-loss-increase is '1'; it must be a percentage", "--max-loss-increase", "1")]
    [InlineData("Give one of --target-loops and --max-loss-increase, or --speculation.")]
    [InlineData("Give one of --target-loops and --max-loss-increase, or --speculation.",
        "--speculation", "--target-loops", "2", "--max-loss-increase", "1%")]
    public void Invoke_BadTarget_ExitsWithOneAndNamesIt(string message, params string[] options)
    {
        Assert.Equal(1, Invoke(options));

        Assert.Contains(message, _console.Output.ReplaceLineEndings(""), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private int Invoke(params string[] options) =>
        CalibrateCommand.Create(_console).Parse(["--model", _folder, "--text", In("tale.txt"), .. options]).Invoke();

    private ThresholdScore Read(float threshold) => ThresholdScore.Of(Score(), new QExitPolicy(), threshold, 4);

    private DraftScore Drafts() => DraftScore.Of("", Score(), 4);

    private TokenScores Score()
    {
        using var checkpoint = Checkpoint.Open(_folder);
        var documents = new EvalDocuments(ByteLevelBpeTokenizer.Load(In("tokenizer.json")));
        documents.AddText(In("tale.txt"));
        using var model = ModelScorer.Load(checkpoint, 4);
        return ModelScorer.Score(model, documents.Join(), new WindowSample(256, 1 << 16, 1));
    }

    private string In(string file) => Path.Combine(_folder, file);
}
