using LoopLM.Engine.Sampling;
using LoopLM.Server.Access;
using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;
using LoopLM.Server.Models;
using LoopLM.StructuredOutput;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.TextGeneration;

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
    /// <param name="format">The format.</param>
    /// <param name="caller">Whom it is for.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>What makes constraints of generations, from their most tokens and from the most that a constraint takes back.</returns>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async ValueTask<Result<Func<int, int, ITokenConstraint>>> CompileAsync(
        ServedModel model, OutputFormat format, Caller caller, CancellationToken cancellation)
    {
        var result = await cache.GetAsync(model, format, (own, cancelled) => Compile(model, own, cancelled), caller.Queue, cancellation);
        if (!result.TryGet(out var compiled, out var error))
        {
            return error;
        }

        return compiled is { Grammar: { } grammar, Tokens: { } tokens }
            ? (Func<int, int, ITokenConstraint>)((maxTokens, maxRewind) =>
                new GrammarConstraint(new TokenConstraint(grammar, tokens, maxTokens, limits.Value.MaxMaskWork, maxRewind)))
            : new RequestError(compiled.Kind, format.Field, compiled.Problem!);
    }

    private CompiledFormat Compile(ServedModel model, OutputFormat format, CancellationToken cancellation)
    {
        // The tokens of a large vocabulary take some time of their own, once.
        var (tokens, problem) = format.Format is TextFormat.Calls ? model.CallTokens : model.ConstraintTokens;
        if (tokens is null)
        {
            return new(null, null, RequestErrorKind.Unsupported, $"The output format cannot be enforced with this model: {problem}.");
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(limits.Value.SchemaTimeout);
        try
        {
            var grammar = GrammarCompiler.TryCompile(format.Format, format.Reasoning, tokens, _limits, timeout.Token, out var refused);
            return new(grammar, tokens, RequestErrorKind.InvalidValue, refused?.ToString());
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(
                null, null, RequestErrorKind.InvalidValue,
                $"The output format takes too long to compile: more than {limits.Value.SchemaTimeout} (Limits:SchemaTimeout). "
                + "Simplify its patterns and alternatives, or try again when the server is less busy.",
                IsFinal: false);
        }
    }
}
