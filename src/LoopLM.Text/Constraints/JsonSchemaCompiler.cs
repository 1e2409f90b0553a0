using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using LoopLM.Text.Constraints.Automata;
using LoopLM.Text.Constraints.Schemas;

namespace LoopLM.Text.Constraints;

/// <summary>
/// Makes grammars of JSON Schemas (draft 2020-12). What a grammar admits matches the schema; it may admit less.
/// Whatever cannot be enforced is refused, nothing is ignored.
/// </summary>
/// <remarks>
/// <para>Enforced: <c>type</c>, <c>enum</c>, <c>const</c>, <c>anyOf</c>, <c>$ref</c> within the schema, recursive too, <c>properties</c>, <c>required</c>,
/// <c>additionalProperties</c>, <c>items</c>, <c>minItems</c>, <c>maxItems</c>, <c>minLength</c>, <c>maxLength</c>, <c>pattern</c> as
/// far as it is regular, the usual values of <c>format</c>, bounds of integers, and bounds of numbers that are integers themselves.
/// <c>allOf</c> and <c>oneOf</c> with one schema.</para>
/// <para>The properties of an object come in the schema's order, and where <c>additionalProperties</c> is absent there are no others beside them.
/// Numbers have at most 18 digits, or 15 on each side of the point and an exponent of two.</para>
/// </remarks>
public static class JsonSchemaCompiler
{
    /// <summary>Any JSON object.</summary>
    /// <param name="tokens">The tokens that it will be written with.</param>
    /// <param name="limits">Says how deep it may be.</param>
    public static JsonGrammar AnyObject(TokenTrie tokens, ConstraintLimits limits)
    {
        var context = new TranslationContext(tokens.Bytes, limits, CancellationToken.None);
        return new(context.Builder, context.Rules.AnyObject, limits.MaxDepth);
    }

    /// <summary>Makes the grammar of the values that match a schema.</summary>
    /// <param name="schema">The schema. Its document has to stay open during the call.</param>
    /// <param name="tokens">The tokens that the values will be written with.</param>
    /// <param name="limits">How large the schema may be.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <param name="problem">Why there is no grammar; null where there is one.</param>
    /// <returns>The grammar; null where the schema cannot be enforced.</returns>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static JsonGrammar? TryCompile(
        JsonElement schema, TokenTrie tokens, ConstraintLimits limits, CancellationToken cancellation, out SchemaProblem? problem) =>
        TryCompile(schema, tokens.Bytes, limits, cancellation, out problem);

    internal static JsonGrammar? TryCompile(
        JsonElement schema, ByteSet writable, ConstraintLimits limits, CancellationToken cancellation, out SchemaProblem? problem)
    {
        var context = new TranslationContext(writable, limits, cancellation);
        return Finish(context, Translate(new SchemaLocation(schema), context), limits.MaxDepth, out problem);
    }

    /// <summary>Makes the grammar of one or more function calls in a row, whose arguments match the functions' schemas.</summary>
    /// <param name="functions">The functions that may be called, at least one.</param>
    /// <param name="syntax">How a call is written.</param>
    /// <param name="maxCalls">Most calls, from 1.</param>
    /// <param name="tokens">The tokens that the calls will be written with.</param>
    /// <param name="limits">How large the schemas may be, together as one.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <param name="problem">Why there is no grammar; null where there is one. Its path begins with the function's name.</param>
    /// <returns>The grammar; null where a schema cannot be enforced.</returns>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static JsonGrammar? TryCompileCalls(
        IReadOnlyList<FunctionSchema> functions, CallSyntax syntax, int maxCalls, TokenTrie tokens, ConstraintLimits limits, CancellationToken cancellation,
        out SchemaProblem? problem)
    {
        var context = new TranslationContext(tokens.Bytes, limits, cancellation);
        var builder = context.Builder;
        var end = builder.Literal(Encoding.UTF8.GetBytes(syntax.End), GrammarBuilder.Return);
        var calls = functions.Select(function =>
        {
            var arguments = function.Parameters is { } schema ? Translate(new SchemaLocation(schema, Segment: function.Name), context) : context.Rules.AnyObject;
            var name = LiteralTexts.Spell(function.Name);
            return builder.Literal([.. name, .. Encoding.UTF8.GetBytes(syntax.BeforeArguments)], builder.Call(arguments, end));
        });
        var call = context.Rules.Rule(builder.Literal(Encoding.UTF8.GetBytes(syntax.BeforeName), builder.Choice([.. calls])));
        var more = builder.Repeat(
            0, maxCalls - 1, next => builder.Literal(Encoding.UTF8.GetBytes(syntax.Separator), builder.Call(call, next)), GrammarBuilder.Return);

        // Both the call and its arguments take a place on the stack.
        return Finish(context, builder.Call(call, more), limits.MaxDepth + 2, out problem);
    }

    private static int Translate(SchemaLocation document, TranslationContext context) =>
        IsReadable(document, context) ? new SchemaTranslator(document, context).Translate() : GrammarBuilder.Return;

    private static JsonGrammar? Finish(TranslationContext context, int start, int maxDepth, out SchemaProblem? problem)
    {
        var (limits, root) = (context.Limits, new SchemaLocation(default));
        if (context.Builder.IsFull)
        {
            context.Refuse(root, null, $"it takes too large a grammar; at most {limits.MaxInstructions} instructions are allowed");
        }

        problem = context.Problem;
        if (problem is not null)
        {
            return null;
        }

        var grammar = new JsonGrammar(context.Builder, start, maxDepth);
        if (grammar.ShortestLength == CompletionCosts.Never)
        {
            context.Refuse(root, null, "no finite value matches it that the tokens can write");
        }
        else if (grammar.Depths[start] > grammar.MaxDepth)
        {
            context.Refuse(root, null, $"every value that matches it is nested more than {limits.MaxDepth} deep");
        }
        else if (grammar.ShortestLength > limits.MaxShortestLength)
        {
            context.Refuse(root, null, $"the shortest value that matches it has more than {limits.MaxShortestLength} bytes");
        }

        problem = context.Problem;
        return problem is null ? grammar : null;
    }

    // Reads the whole text once, so that nothing in it is too large, too deep or no text at all later on.
    private static bool IsReadable(SchemaLocation root, TranslationContext context)
    {
        var text = JsonMarshal.GetRawUtf8Value(root.Schema);
        if (text.Length > context.Limits.MaxSchemaBytes)
        {
            context.Refuse(root, null, $"it has {text.Length} bytes; at most {context.Limits.MaxSchemaBytes} are allowed");
            return false;
        }

        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= context.Limits.MaxDepth && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    context.Refuse(root, null, $"it is nested more than {context.Limits.MaxDepth} deep");
                    return false;
                }

                _ = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? reader.GetString() : null;
            }
        }
        catch (InvalidOperationException)
        {
            context.Refuse(root, null, "a string in it is not well-formed Unicode text");
            return false;
        }

        return true;
    }
}
