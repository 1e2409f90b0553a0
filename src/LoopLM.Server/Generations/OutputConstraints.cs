using System.Diagnostics.CodeAnalysis;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Configuration;
using LoopLM.Server.Hosting;
using LoopLM.Text.Constraints;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Generations;

/// <summary>Turns formats into what holds generations to them.</summary>
internal sealed class OutputConstraints(IOptions<LimitOptions> limits, GrammarCache cache)
{
    private readonly ConstraintLimits _limits = new()
    {
        MaxSchemaBytes = limits.Value.MaxSchemaBytes,
        MaxDepth = limits.Value.MaxSchemaDepth,
        MaxSubschemas = limits.Value.MaxSubschemas,
        MaxEnumValues = limits.Value.MaxEnumValues,
    };

    /// <summary>Compiles a format, unless that was done not long ago.</summary>
    /// <param name="model">The model that generates.</param>
    /// <param name="format">The format; null where any text will do.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <param name="constraint">Makes the constraint of one generation of so many tokens at most; null where any text will do.</param>
    /// <param name="error">Why it is refused.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public bool TryCompile(
        ServedModel model, OutputFormat? format, CancellationToken cancellation, out Func<int, ITokenConstraint>? constraint, [NotNullWhen(false)] out RequestError? error)
    {
        (constraint, error) = (null, null);
        if (format is null)
        {
            return true;
        }

        var (tokens, problem) = format.Form is TextForm.Calls ? model.CallTokens : model.ConstraintTokens;
        if (tokens is null)
        {
            error = new(RequestErrorKind.Unsupported, format.Field, $"'{format.Field}' cannot be enforced with this model: {problem}.");
            return false;
        }

        if (!cache.TryGet(format, tokens, out var key, out var grammar))
        {
            grammar = Compile(format, tokens, cancellation, out error);
            cache.Add(key, grammar);
        }

        constraint = grammar is null ? null : maxTokens => new GrammarConstraint(new TokenConstraint(grammar, tokens, maxTokens));
        return error is null;
    }

    private TextGrammar? Compile(OutputFormat format, TokenTrie tokens, CancellationToken cancellation, out RequestError? error)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(limits.Value.SchemaTimeout);
        try
        {
            var grammar = GrammarCompiler.TryCompile(format.Form, format.Thought, tokens, _limits, timeout.Token, out var problem);
            error = problem is null ? null : new(RequestErrorKind.InvalidValue, format.Field, problem.ToString());
            return grammar;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            error = new(
                RequestErrorKind.InvalidValue,
                format.Field,
                $"'{format.Field}' takes too long to compile: more than {limits.Value.SchemaTimeout} (Limits:SchemaTimeout). "
                + "Simplify its patterns and alternatives, or try again when the server is less busy.");
            return null;
        }
    }
}
