using System.Globalization;
using LoopLM.Engine.Exits;

namespace LoopLM.Tools.Bench;

/// <summary>
/// How deep the tokens of a benchmark go: <c>fixed:K</c>, <c>q:THRESHOLD</c>, or <c>trace:FILE</c> with one list of exit steps a line.
/// </summary>
internal sealed class BenchExit
{
    private readonly Func<int, int, ExitSettings> _settings;

    private BenchExit(Func<int, int, ExitSettings> settings) => _settings = settings;

    /// <summary>Reads the option's text.</summary>
    /// <exception cref="FormatException">
    /// It is none of the three forms, or the file holds no traces; the message says what there should be.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static BenchExit Parse(string text)
    {
        var parts = text.Split(':', 2);
        switch (parts[0], parts.ElementAtOrDefault(1))
        {
            case ("fixed", var loops) when int.TryParse(loops, CultureInfo.InvariantCulture, out var k):
                return new BenchExit((_, _) => new ExitSettings { Policy = "fixed", MaxLoops = k });
            case ("q", var value) when float.TryParse(value, CultureInfo.InvariantCulture, out var threshold):
                return new BenchExit((_, _) => new ExitSettings { Policy = "q-exit", Threshold = threshold });
            case ("trace", { Length: > 0 } file):
                var traces = File.ReadLines(file).Where(line => line.Length > 0).Select((line, i) => ParseTrace(file, line, i)).ToArray();
                if (traces.Length == 0)
                {
                    throw new FormatException($"'{file}' is empty; it must hold a list of exit steps a line.");
                }

                return new BenchExit((request, tokens) => Replay(traces[request % traces.Length], tokens));
            default:
                throw new FormatException($"--exit is '{text}'; it must be fixed:K, q:THRESHOLD or trace:FILE.");
        }
    }

    /// <summary>The exit settings of a request.</summary>
    /// <param name="request">Its index, from 0.</param>
    /// <param name="tokens">Tokens that it generates.</param>
    public ExitSettings For(int request, int tokens) => _settings(request, tokens);

    private static int[] ParseTrace(string file, string line, int index)
    {
        int[] steps = [.. line.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)
            .Select(text => int.TryParse(text, CultureInfo.InvariantCulture, out var step) ? step : 0)];
        return steps.Length > 1 && steps.All(step => step > 0)
            ? steps
            : throw new FormatException(
                $"List {index + 1} of '{file}' must have two exit steps or more, from 1: that of the prompt pass, "
                    + "then those of further tokens.");
    }

    /// <summary>A trace as long as the request: the first step is the prompt pass, the rest repeats.</summary>
    private static ExitSettings Replay(int[] trace, int tokens) => new()
    {
        Policy = "trace",
        Trace = Enumerable.Range(0, tokens).Select(i => i == 0 ? trace[0] : trace[1 + ((i - 1) % (trace.Length - 1))]).ToArray(),
    };
}
