using LoopLM.Engine.Configuration;
using LoopLM.Engine.Exits;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Configuration;

/// <summary>The rules between several of the <see cref="EngineOptions"/>, which go by the name of their section.</summary>
internal sealed class EngineOptionsRules(ExitPolicies policies) : IValidateOptions<EngineOptions>
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Engine";

    public ValidateOptionsResult Validate(string? name, EngineOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        if (options.MaxRows < options.MaxSequences)
        {
            failures.AddError(
                $"it is {options.MaxRows}; it must be at least MaxSequences, which is {options.MaxSequences}.",
                $"{name}:{nameof(options.MaxRows)}");
        }

        var exit = options.Exit;
        if (exit.Policy is { } policy && !policies.TryGet(policy, out _))
        {
            failures.AddError($"'{policy}' is not one of {string.Join(", ", policies.Names)}.", $"{name}:Exit:Policy");
        }

        if (exit.Threshold is { } threshold && !(threshold >= 0))
        {
            failures.AddError($"it is {threshold}; it must be at least 0.", $"{name}:Exit:Threshold");
        }

        if (exit.MaxLoops is { } most && (most < 1 || most > options.MaxLoops))
        {
            failures.AddError($"it is {most}; it must be between 1 and MaxLoops, which is {options.MaxLoops}.", $"{name}:Exit:MaxLoops");
        }

        if (exit.MinLoops is { } least && (least < 1 || least > (exit.MaxLoops ?? options.MaxLoops)))
        {
            failures.AddError(
                $"it is {least}; it must be between 1 and the largest number of loops, which is {exit.MaxLoops ?? options.MaxLoops}.",
                $"{name}:Exit:MinLoops");
        }

        if (options.Speculation.DraftLoops is { } draft && (draft < 1 || draft > options.MaxLoops))
        {
            failures.AddError(
                $"it is {draft}; it must be between 1 and MaxLoops, which is {options.MaxLoops}.", $"{name}:Speculation:DraftLoops");
        }

        return failures.Build();
    }
}
