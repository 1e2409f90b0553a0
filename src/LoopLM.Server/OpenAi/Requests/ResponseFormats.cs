using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Configuration;
using LoopLM.Server.Generations;
using LoopLM.Server.Hosting;
using LoopLM.Text.Constraints;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.OpenAi.Requests;

/// <summary>Turns <c>response_format</c> into what holds a generation to it. A schema is always enforced, whatever <c>strict</c> says.</summary>
internal sealed class ResponseFormats(IOptions<LimitOptions> limits)
{
    private const string Field = "response_format";
    private const string SchemaField = $"{Field}.json_schema";
    private const int MaxNameLength = 64;

    private readonly ConstraintLimits _limits = new()
    {
        MaxSchemaBytes = limits.Value.MaxSchemaBytes,
        MaxDepth = limits.Value.MaxSchemaDepth,
        MaxSubschemas = limits.Value.MaxSubschemas,
        MaxEnumValues = limits.Value.MaxEnumValues,
    };

    /// <summary>Compiles the value of <c>response_format</c>.</summary>
    /// <param name="model">The model that generates.</param>
    /// <param name="format">The value; null where the request has none.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <param name="constraint">Makes the constraint of one generation of so many tokens at most; null where any text will do.</param>
    /// <param name="error">Why it is refused.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public bool TryCompile(
        ServedModel model, JsonElement? format, CancellationToken cancellation, out Func<int, ITokenConstraint>? constraint, [NotNullWhen(false)] out RequestError? error)
    {
        (constraint, error) = (null, null);
        var type = format is { } value ? ReadType(value, out error) : "text";
        if (error is not null || type == "text")
        {
            return error is null;
        }

        if (model.ConstraintTokens.Tokens is not { } tokens)
        {
            error = new(RequestErrorKind.Unsupported, Field, $"'{Field}' is not supported by this model: {model.ConstraintTokens.Problem}.");
            return false;
        }

        var grammar = type == "json_object"
            ? JsonSchemaCompiler.AnyObject(tokens, _limits)
            : ReadSchema(format!.Value, out error) is { } schema ? Compile(schema, tokens, cancellation, out error) : null;
        constraint = grammar is null ? null : maxTokens => new GrammarConstraint(new TokenConstraint(grammar, tokens, maxTokens));
        return error is null;
    }

    /// <summary>Compiles calls of functions, of which a text is to consist.</summary>
    /// <param name="model">The model that generates.</param>
    /// <param name="functions">The functions that may be called, at least one.</param>
    /// <param name="syntax">How a call is written.</param>
    /// <param name="maxCalls">Most calls, from 1.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <param name="constraint">Makes the constraint of one generation of so many tokens at most.</param>
    /// <param name="error">Why they are refused.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public bool TryCompileCalls(
        ServedModel model,
        IReadOnlyList<FunctionSchema> functions,
        CallSyntax syntax,
        int maxCalls,
        CancellationToken cancellation,
        out Func<int, ITokenConstraint>? constraint,
        [NotNullWhen(false)] out RequestError? error)
    {
        constraint = null;
        if (model.ConstraintTokens.Tokens is not { } tokens)
        {
            error = new(RequestErrorKind.Unsupported, "tool_choice", $"Calls cannot be enforced with this model: {model.ConstraintTokens.Problem}.");
            return false;
        }

        SchemaProblem? problem = null;
        var grammar = Compile(
            "tools",
            timeout => JsonSchemaCompiler.TryCompileCalls(functions, syntax, maxCalls, tokens, _limits, timeout, out problem),
            () => problem,
            cancellation,
            out error);
        constraint = grammar is null ? null : maxTokens => new GrammarConstraint(new TokenConstraint(grammar, tokens, maxTokens));
        return error is null;
    }

    private static string? ReadType(JsonElement format, out RequestError? error)
    {
        const string types = "it must be text, json_object or json_schema";
        if (format.ValueKind != JsonValueKind.Object)
        {
            error = new(RequestErrorKind.InvalidType, Field, $"'{Field}' must be an object.");
            return null;
        }

        var fields = new RequestFields(format);
        var type = fields.Text("type");
        error = fields.Error is { } wrong ? wrong with { Field = $"{Field}.{wrong.Field}" }
            : type is null ? new(RequestErrorKind.MissingField, $"{Field}.type", $"'{Field}.type' is missing; {types}.")
            : type is not ("text" or "json_object" or "json_schema") ? new(RequestErrorKind.UnsupportedValue, $"{Field}.type", $"'{Field}.type' is not supported; {types}.")
            : null;
        return type;
    }

    private static JsonElement? ReadSchema(JsonElement format, out RequestError? error)
    {
        var outer = new RequestFields(format).Find("json_schema");
        if (outer is not { ValueKind: JsonValueKind.Object } named)
        {
            error = outer is null
                ? new(RequestErrorKind.MissingField, SchemaField, $"'{SchemaField}' is missing; it must hold name and schema.")
                : new(RequestErrorKind.InvalidType, SchemaField, $"'{SchemaField}' must be an object.");
            return null;
        }

        var fields = new RequestFields(named);
        var name = fields.Text("name");
        _ = fields.Text("description");
        _ = fields.Flag("strict");
        var schema = fields.Find("schema");
        error = fields.Error is { } wrong ? wrong with { Field = $"{SchemaField}.{wrong.Field}" }
            : name is null ? new(RequestErrorKind.MissingField, $"{SchemaField}.name", $"'{SchemaField}.name' is missing.")
            : !IsName(name) ? new(
                RequestErrorKind.InvalidValue, $"{SchemaField}.name", $"'{SchemaField}.name' must have 1 to {MaxNameLength} letters, digits, underscores and dashes.")
            : schema is null ? new(RequestErrorKind.MissingField, $"{SchemaField}.schema", $"'{SchemaField}.schema' is missing.")
            : null;
        return error is null ? schema : null;
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-');

    private JsonGrammar? Compile(JsonElement schema, TokenTrie tokens, CancellationToken cancellation, out RequestError? error)
    {
        SchemaProblem? problem = null;
        return Compile(
            $"{SchemaField}.schema",
            timeout => JsonSchemaCompiler.TryCompile(schema, tokens, _limits, timeout, out problem),
            () => problem,
            cancellation,
            out error);
    }

    private JsonGrammar? Compile(
        string field,
        Func<CancellationToken, JsonGrammar?> compile,
        Func<SchemaProblem?> problem,
        CancellationToken cancellation,
        out RequestError? error)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(limits.Value.SchemaTimeout);
        try
        {
            var grammar = compile(timeout.Token);
            error = problem() is { } found ? new(RequestErrorKind.InvalidValue, field, found.ToString()) : null;
            return grammar;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            error = new(RequestErrorKind.InvalidValue, field, $"'{field}' takes too long to compile; simplify its patterns and alternatives.");
            return null;
        }
    }
}
