using System.Globalization;
using LoopLM.Engine.Configuration;

namespace LoopLM.Tools.Bench;

/// <summary>How the requests of a benchmark think ahead.</summary>
/// <param name="Settings">The strategy.</param>
/// <param name="SyntheticAcceptance">The share of drafts that a coin confirms; null where tokens are compared.</param>
internal sealed record BenchSpeculation(SpeculationSettings Settings, double? SyntheticAcceptance)
{
    /// <summary>One position at a time.</summary>
    public static SpeculationSettings Off { get; } = new() { Strategy = SpeculationStrategy.Off };

    /// <summary>Whether there are drafts at all.</summary>
    public bool IsOn => Settings.Strategy != SpeculationStrategy.Off;

    /// <summary>Both in words.</summary>
    public override string ToString() => !IsOn ? "off"
        : Settings.Strategy!.Value.ToString().ToLowerInvariant()
            + (Settings.DraftLoops is { } loop ? $", drafts after loop {loop}; " : "; ")
            + (SyntheticAcceptance is { } share
                ? $"a coin confirms {share:P0} of the drafts, and the text means nothing"
                : "tokens confirm drafts");

    /// <summary>Reads the options' texts.</summary>
    /// <param name="strategy"><c>off</c>, <c>fixed:d</c> or <c>adaptive</c>.</param>
    /// <param name="acceptance"><c>real</c> or <c>synthetic:a</c>.</param>
    /// <exception cref="FormatException">One is none of its forms.</exception>
    public static BenchSpeculation Parse(string strategy, string acceptance) => new(ParseStrategy(strategy), ParseAcceptance(acceptance));

    private static SpeculationSettings ParseStrategy(string text) => text.Split(':', 2) switch
    {
        ["off"] => Off,
        ["adaptive"] => new() { Strategy = SpeculationStrategy.Adaptive },
        ["fixed", var loops] when int.TryParse(loops, CultureInfo.InvariantCulture, out var d) =>
            new() { Strategy = SpeculationStrategy.Fixed, DraftLoops = d },
        _ => throw new FormatException($"--speculation is '{text}'; it must be off, fixed:LOOP or adaptive."),
    };

    private static double? ParseAcceptance(string text) => text.Split(':', 2) switch
    {
        ["real"] => null,
        ["synthetic", var share] when double.TryParse(share, CultureInfo.InvariantCulture, out var a) && a is >= 0 and <= 1 => a,
        _ => throw new FormatException($"--acceptance is '{text}'; it must be real or synthetic:SHARE, a share between 0 and 1."),
    };
}
