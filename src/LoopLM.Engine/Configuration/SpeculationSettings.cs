using System.Diagnostics.CodeAnalysis;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Runners;

namespace LoopLM.Engine.Configuration;

/// <summary>How a request thinks ahead. What is null is filled in from the options. It never changes what is generated.</summary>
public sealed record SpeculationSettings
{
    /// <summary>The strategy.</summary>
    public SpeculationStrategy? Strategy { get; init; }

    /// <summary>
    /// For <see cref="SpeculationStrategy.Fixed"/>: the loop after which a position drafts the next one, from 1. Default: 1.
    /// </summary>
    public int? DraftLoops { get; init; }

    /// <summary>Fills in every default, or says what is wrong.</summary>
    /// <param name="defaults">What the options say.</param>
    /// <param name="model">The model that generates.</param>
    /// <param name="mostLoops">Most loops that the options allow a token.</param>
    /// <param name="rule">The settings that hold.</param>
    /// <param name="rejection">What is wrong.</param>
    internal bool TryResolve(
        SpeculationSettings defaults, ModelDescription model, int mostLoops,
        out SpeculationRule rule, [NotNullWhen(false)] out Rejection? rejection)
    {
        rule = new SpeculationRule(Strategy ?? defaults.Strategy ?? SpeculationStrategy.Adaptive, DraftLoops ?? defaults.DraftLoops ?? 1);
        var most = Math.Min(mostLoops, model.MaxLoops);
        rejection = FieldChecks.Range("draft_loops", rule.DraftLoops, 1, most)
            ?? (DraftLoops is not null && rule.Strategy != SpeculationStrategy.Fixed
                ? Rejection.Invalid("draft_loops",
                    $"{new Field("draft_loops")} needs {new Field("speculation")} to be 'fixed'; "
                        + $"it is '{rule.Strategy.ToString().ToLowerInvariant()}'.")
                : null);
        return rejection is null;
    }
}
