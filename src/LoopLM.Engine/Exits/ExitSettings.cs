using System.Diagnostics.CodeAnalysis;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Runners;

namespace LoopLM.Engine.Exits;

/// <summary>How deep the tokens of a request may go. What is null is filled in from the options, then from the model.</summary>
public sealed record ExitSettings
{
    /// <summary>Name of an exit policy.</summary>
    public string? Policy { get; init; }

    /// <summary>The policy's threshold, 0 or more.</summary>
    public float? Threshold { get; init; }

    /// <summary>The first loop a generated token may leave at, 1..max_loops. Default 1.</summary>
    public int? MinLoops { get; init; }

    /// <summary>
    /// The last loop a generated token may run, from 1. It may exceed the model's loops up to the
    /// configured limit. Default: the model's loops.
    /// </summary>
    public int? MaxLoops { get; init; }

    /// <summary>
    /// For the policy <c>trace</c>: the exit step of each generated token. The first comes out of the
    /// prompt pass, so its step is the model's loops.
    /// </summary>
    public ReadOnlyMemory<int>? Trace { get; init; }

    /// <summary>The settings with what they leave open taken from others.</summary>
    public ExitSettings Over(ExitSettings defaults) => new()
    {
        Policy = Policy ?? defaults.Policy,
        Threshold = Threshold ?? defaults.Threshold,
        MinLoops = MinLoops ?? defaults.MinLoops,
        MaxLoops = MaxLoops ?? defaults.MaxLoops,
        Trace = Trace ?? defaults.Trace,
    };

    /// <summary>Fills in every default, or says what is wrong.</summary>
    /// <param name="defaults">What the options say.</param>
    /// <param name="policies">The policies there are.</param>
    /// <param name="model">The model that generates.</param>
    /// <param name="mostLoops">Most loops that the options allow a token.</param>
    /// <param name="maxTokens">Most tokens that are generated.</param>
    /// <param name="rule">The settings that hold.</param>
    /// <param name="rejection">What is wrong.</param>
    internal bool TryResolve(
        ExitSettings defaults, ExitPolicies policies, ModelDescription model, int mostLoops, int maxTokens,
        [NotNullWhen(true)] out ExitRule? rule, [NotNullWhen(false)] out Rejection? rejection)
    {
        rule = null;
        var defaultName = defaults.Policy is { } given && IsAvailable(given) ? given : model.HasGate ? "q-exit" : "fixed";
        var name = Policy ?? defaultName;
        if (!policies.TryGet(name, out var policy))
        {
            rejection = Invalid(
                "exit_policy", $"{new Field("exit_policy")} is '{name}'; it must be one of {string.Join(", ", policies.Names)}.");
            return false;
        }

        if (!IsAvailable(name))
        {
            rejection = Invalid("exit_policy", $"{new Field("exit_policy")} is '{name}', which needs a gate, and this model has none; "
                + $"it must be one of {string.Join(", ", policies.Names.Where(IsAvailable))}.");
            return false;
        }

        var threshold = Threshold ?? (name == defaultName ? defaults.Threshold : null) ?? policy.DefaultThreshold ?? model.ExitThreshold;
        var maxLoops = MaxLoops ?? defaults.MaxLoops ?? model.Loops;
        var minLoops = MinLoops ?? Math.Min(defaults.MinLoops ?? 1, maxLoops);
        rejection = FieldChecks.Range("exit_threshold", threshold, 0, policy.MaxThreshold)
            ?? CheckLoops(minLoops, maxLoops, Math.Min(mostLoops, model.MaxLoops))
            ?? CheckTrace(name, model.Loops, maxTokens, maxLoops);
        rule = rejection is null ? new ExitRule(policy, threshold, minLoops, maxLoops, Trace ?? default) : null;
        return rejection is null;

        // Whether a policy finds in this model what it decides on.
        bool IsAvailable(string name) =>
            model.HasGate || !policies.TryGet(name, out var policy) || !policy.Reads(threshold: 0).Has(ExitSignals.Gate);
    }

    private static Rejection Invalid(string field, ErrorMessage message) => Rejection.Invalid(field, message);

    private static Rejection? CheckLoops(int minLoops, int maxLoops, int most) =>
        maxLoops < 1 || maxLoops > most
            ? Invalid("max_loops", $"{new Field("max_loops")} is {maxLoops}; it must be between 1 and {most}.")
        : minLoops < 1 || minLoops > maxLoops
            ? Invalid(
                "min_loops",
                $"{new Field("min_loops")} is {minLoops}; it must be between 1 and {new Field("max_loops")}, which is {maxLoops}.")
        : null;

    private Rejection? CheckTrace(string policy, int modelLoops, int maxTokens, int maxLoops)
    {
        const string name = "exit_trace";
        if (policy != TracePolicy.PolicyName)
        {
            return Trace is null ? null : Invalid(
                name, $"{new Field(name)} needs {new Field("exit_policy")} to be 'trace'; it is '{policy}'.");
        }

        if (Trace is not { Length: > 0 } steps || steps.Length < maxTokens)
        {
            return Invalid(name, $"{new Field(name)} has {Trace?.Length ?? 0} exit steps; "
                + $"the policy 'trace' needs one for each of {new Field("max_tokens")}, which is {maxTokens}.");
        }

        if (steps.Span[0] != modelLoops)
        {
            return Invalid(
                name,
                $"{new Field(name)} begins with {steps.Span[0]}; it must begin with {modelLoops}, "
                    + $"because the first token comes from the prompt pass.");
        }

        foreach (var step in steps.Span[1..Math.Max(maxTokens, 1)])
        {
            if (step < 1 || step > maxLoops)
            {
                return Invalid(
                    name,
                    $"{new Field(name)} contains {step}; exit steps are between 1 and {new Field("max_loops")}, which is {maxLoops}.");
            }
        }

        return null;
    }
}
