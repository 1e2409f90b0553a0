using System.Text.Json;
using LoopLM.Models;
using LoopLM.Testing;
using LoopLM.Tools.Eval;
using Spectre.Console.Testing;

namespace LoopLM.Tools.Tests.Eval;

public sealed class EvalCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("looplm-").FullName;
    private readonly TestConsole _console = new();

    [Fact]
    public void Invoke_TextAndProblems_MeasuresEveryLoopAndWritesTablesAndCurves()
    {
        using var report = Measure(
            "--loops", "5", "--source", "sum:held-out=12,digits=1-2,chat=0", "--out", Path.Combine(_folder, "out"), "--json");

        var (losses, accuracies) =
            (Numbers(report.RootElement.GetProperty("loss_by_loop")), Numbers(report.RootElement.GetProperty("accuracy_by_loop")));
        Assert.Equal((5, 5), (losses.Length, accuracies.Length));
        Assert.True(losses[3] < losses[0]);
        var points = report.RootElement.GetProperty("thresholds").EnumerateArray().ToList();
        var steps = points.Select(point => point.GetProperty("mean_exit_step").GetDouble()).ToList();
        Assert.Equal(steps.Order(), steps);
        Assert.Equal((1, 4), (points[^1].GetProperty("threshold").GetDouble(), steps[^1]));
        Assert.Equal(
            (losses[3], accuracies[3]), (points[^1].GetProperty("loss").GetDouble(), points[^1].GetProperty("accuracy").GetDouble()));
        Assert.Equal(["fixed", "q-exit", "hidden-delta", "act"],
            report.RootElement.GetProperty("curves").EnumerateArray().Select(curve => curve.GetProperty("policy").GetString()!));
        Assert.Equal(6, Lines("loops.csv").Length);
        Assert.Equal("model,policy,threshold,mean_exit_step,loss,accuracy", Lines("curves.csv")[0]);
        Assert.Contains("<svg", File.ReadAllText(Path.Combine(_folder, "out", "accuracy-by-mean-loops.svg")), StringComparison.Ordinal);

        string[] Lines(string file) => File.ReadAllLines(Path.Combine(_folder, "out", file));
    }

    [Fact]
    public void Invoke_Problems_DecodesTheSameWithTheLastLoopsKeysInTheEngineAndInTorch()
    {
        using var report = Measure("--source", "sum:held-out=12,digits=1-2,chat=0", "--json");

        var exact = report.RootElement.GetProperty("kv_strategies").EnumerateArray()
            .Where(score => score.GetProperty("threshold").GetDouble() == 1)
            .ToDictionary(score => score.GetProperty("strategy").GetString()!, score => score.GetProperty("exact").GetDouble());
        Assert.Equal(["averaged", "first loop", "last loop", "per loop", "shared (last loop)"], exact.Keys.Order());
        Assert.Equal(exact["shared (last loop)"], exact["last loop"]);
        Assert.True(exact["per loop"] > exact["first loop"]);
    }

    [Fact]
    public void Invoke_ComparedWithItself_GivesTheSameCurves()
    {
        using var report = Measure("--compare", Model, "--json");

        var other = Assert.Single(report.RootElement.GetProperty("compared").EnumerateArray());
        Assert.Equal(Model, other.GetProperty("model").GetString());
        Assert.Equal(report.RootElement.GetProperty("curves").GetRawText(), other.GetProperty("curves").GetRawText());
        Assert.Equal(report.RootElement.GetProperty("kinds").GetRawText(), other.GetProperty("kinds").GetRawText());
    }

    [Fact]
    public void Invoke_Weights_ComparesThemWithFloat32OnTheRunner()
    {
        using var report = Measure("--weights", "int8", "--weights", "int4", "--json");

        var scores = report.RootElement.GetProperty("weight_types").EnumerateArray()
            .ToDictionary(score => score.GetProperty("weights").GetString()!);
        Assert.Equal(["float32", "int8", "int4"], scores.Keys);
        Assert.Equal(Numbers(report.RootElement.GetProperty("loss_by_loop"))[^1], Number("float32", "loss"), 1e-4);
        Assert.Equal((0, 1), (Number("float32", "perplexity_change"), Number("float32", "same_exit_step")));
        Assert.InRange(Number("int8", "perplexity_change"), -0.005, 0.005);
        Assert.InRange(Number("int8", "same_exit_step"), 0.97, 1);
        Assert.InRange(Number("int4", "same_exit_step"), 0.5, 0.9999);

        double Number(string weights, string key) => scores[weights].GetProperty(key).GetDouble();
    }

    [Fact]
    public void Invoke_Tales_ScoresAnswersBySteps_ChecksTalesAndCountsDrafts()
    {
        using var report = Measure("--source", "tale:held-out=8,chat=0.5", "--window", "2000", "--max-tokens", "12000", "--tales",
            "2", "--threshold", "0.3", "--problems", "0", "--out", _folder, "--json");

        var answers = report.RootElement.GetProperty("answers").EnumerateArray()
            .Select(score => score.GetProperty("group").GetString()).ToList();
        Assert.Equal("all", answers[0]);
        Assert.Contains("steps 1", answers);
        var tales = report.RootElement.GetProperty("tales").EnumerateArray().ToList();
        Assert.Equal(1, tales[^1].GetProperty("threshold").GetDouble());
        Assert.All(tales, score => Assert.Equal(2, score.GetProperty("tales").GetInt32()));
        Assert.Equal(["held-out", "own, temperature 0", "own, temperature 0.7"], report.RootElement.GetProperty("drafts")
            .EnumerateArray().Select(draft => draft.GetProperty("text").GetString()!));
        Assert.All(report.RootElement.GetProperty("drafts").EnumerateArray(), draft =>
            Assert.Equal(3, draft.GetProperty("agrees_by_loop").GetArrayLength()));
        var shown = report.RootElement.GetProperty("shown_tales").EnumerateArray().ToList();
        Assert.Equal(2, shown.Count);
        Assert.All(shown, tale =>
            Assert.Equal(tale.GetProperty("tokens").GetArrayLength(), tale.GetProperty("exit_steps").GetArrayLength()));
        Assert.Equal(shown.Select(tale => $"## {tale.GetProperty("request").GetString()}"),
            File.ReadLines(Path.Combine(_folder, "tales.md")).Where(line => line.StartsWith("## ", StringComparison.Ordinal)));
        Assert.True(
            File.Exists(Path.Combine(_folder, "answers-by-loop.svg")) && File.Exists(Path.Combine(_folder, "tales-by-threshold.svg")));
    }

    [Fact]
    public void Invoke_WithoutJson_PrintsTables()
    {
        Assert.Equal(0, Invoke("--model", Model, "--text", Text()));

        Assert.Contains("mean exit step", _console.Output, StringComparison.Ordinal);
        Assert.Contains("inside a word", _console.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-text.txt", "--text", "no-such-text.txt")]
    [InlineData("--loops is 65; it must be from 1 to 64.", "--loops", "65")]
    [InlineData("--window is 1; it must be from 2 to 2048.", "--window", "1")]
    [InlineData("--threshold is 2; it must be from 0 to 1.", "--threshold", "2")]
    [InlineData("--temperature is 3; it must be from 0 to 2.", "--temperature", "3")]
    [InlineData("--tales is -1; it must be from 0 to 1000000.", "--tales", "-1")]
    [InlineData("no-such-data", "--data", "no-such-data")]
    [InlineData("There is nothing to predict", "--seed", "2")]
    public void Invoke_BadInput_ExitsWithOneAndNamesIt(string message, params string[] options)
    {
        Assert.Equal(1, Invoke(["--model", Model, .. options]));

        Assert.Contains(message, _console.Output.ReplaceLineEndings(""), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Model => Path.Combine(TestData.Root, "models", "looplm-bytes");

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];

    private string Text()
    {
        var path = Path.Combine(_folder, "tale.txt");
        File.WriteAllText(
            path, string.Concat(
                Enumerable.Repeat("Once upon a time there was a king who had three daughters. They lived in a castle by the sea.\n", 8)));
        return path;
    }

    private JsonDocument Measure(params string[] options)
    {
        Assert.True(Invoke(["--model", Model, "--text", Text(), .. options]) == 0, _console.Output);
        return JsonDocument.Parse(_console.Output);
    }

    private int Invoke(params string[] arguments) => EvalCommand.Create(ModelRunners.BuiltIn, _console).Parse(arguments).Invoke();
}
