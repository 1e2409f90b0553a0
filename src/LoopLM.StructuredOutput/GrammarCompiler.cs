using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using LoopLM.StructuredOutput.Automata;
using LoopLM.StructuredOutput.Calls;
using LoopLM.StructuredOutput.Patterns;
using LoopLM.StructuredOutput.Schemas;

namespace LoopLM.StructuredOutput;

/// <summary>
/// Makes grammars of forms. What a grammar admits has the form; it may admit less. Whatever cannot be enforced is refused, nothing is ignored.
/// </summary>
/// <remarks>
/// <para>Of JSON Schema, from draft 4 to 2020-12, nearly everything that restricts a value is enforced; docs/api.md lists the keywords.
/// Unknown keywords are annotations. What is asked of a value is brought into a list of <see cref="Conjunction"/>s, each of which is written.</para>
/// <para>The properties of an object come in the schema's order, others behind them unless the schema rules them out.
/// Numbers have at most 20 digits on each side of the point, integers without a bound at most 18.</para>
/// </remarks>
public static class GrammarCompiler
{
    private static readonly SchemaLocation s_root = new(default);

    /// <summary>Makes the grammar of the texts of a form.</summary>
    /// <param name="form">The form. Documents of its JSON have to stay open during the call.</param>
    /// <param name="thought">A thought that may stand before the text; null for none.</param>
    /// <param name="tokens">The tokens that the text will be written with.</param>
    /// <param name="limits">How large the form may be; the schemas of several functions count as one.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <param name="problem">Why there is no grammar; null where there is one. Its path begins with the name of the function that it is about.</param>
    /// <returns>The grammar; null where the form cannot be enforced.</returns>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static TextGrammar? TryCompile(
        TextForm form, ThoughtSyntax? thought, TokenTrie tokens, ConstraintLimits limits, CancellationToken cancellation, out SchemaProblem? problem) =>
        TryCompile(form, thought, tokens.Bytes, limits, cancellation, out problem);

    internal static TextGrammar? TryCompile(
        TextForm form, ThoughtSyntax? thought, ByteSet writable, ConstraintLimits limits, CancellationToken cancellation, out SchemaProblem? problem)
    {
        var inPython = form is TextForm.Calls { Syntax.Arguments: ArgumentSyntax.Keywords };
        var context = new TranslationContext(writable, limits, cancellation, inPython);
        var start = form switch
        {
            TextForm.JsonObject => context.Rules.AnyObject,
            TextForm.Json(var schema) => Translate(new SchemaLocation(schema), context),
            TextForm.Choice(var texts) => Choice(texts, context),
            TextForm.Pattern(var expression) => Pattern(expression, context),
            TextForm.Calls(var functions, var syntax, var most) =>
                new CallTranslator(syntax, context, schema => IsReadable(schema, context)).Translate(functions, most),
            _ => throw new ArgumentOutOfRangeException(nameof(form), form, "unknown form"),
        };
        start = thought is null ? start : Behind(thought, start, context.Builder);

        // Both a call and its arguments take a place on the stack.
        var depth = limits.MaxDepth + (form is TextForm.Calls ? 2 : 0);
        return Finish(context, form is TextForm.Choice or TextForm.Pattern ? null : s_root, start, depth, out problem);
    }

    private static int Translate(SchemaLocation document, TranslationContext context) =>
        IsReadable(document, context) ? new SchemaTranslator(document, context).Translate() : GrammarBuilder.Return;

    private static int Choice(IReadOnlyList<string> texts, TranslationContext context)
    {
        var limits = context.Limits;
        if (texts.Count == 0 || texts.Count > limits.MaxEnumValues)
        {
            return context.Refuse(null, null, $"there are {texts.Count} texts to choose from; 1 to {limits.MaxEnumValues} are allowed");
        }

        return texts.Sum(text => (long)text.Length) > limits.MaxSchemaBytes
            ? context.Refuse(null, null, $"the texts to choose from have more than {limits.MaxSchemaBytes} characters together")
            : LiteralTexts.Write(context.Builder, texts.Distinct().Select(Encoding.UTF8.GetBytes), GrammarBuilder.Return);
    }

    private static int Pattern(string expression, TranslationContext context)
    {
        if (expression.Length > context.Limits.MaxPatternLength)
        {
            return context.Refuse(null, null, $"the pattern has {expression.Length} characters; at most {context.Limits.MaxPatternLength} are allowed");
        }

        return PatternParser.Parse(expression, anchored: true, out var problem) is { } pattern
            && context.Strings.TryPattern(pattern, out problem) is { IsEmpty: var isEmpty } language
                ? isEmpty ? context.Refuse(null, null, "no text matches the pattern") : context.Rules.Raw(language)
                : context.Refuse(null, null, $"of the pattern, {problem}");
    }

    private static int Behind(ThoughtSyntax thought, int start, GrammarBuilder builder)
    {
        var oneBreak = builder.Literal("\n"u8, start);
        var within = builder.Until(Encoding.UTF8.GetBytes(thought.End), builder.Choice(start, oneBreak, builder.Literal("\n"u8, oneBreak)));
        return thought.Start is null ? within : builder.Choice(start, builder.Literal(Encoding.UTF8.GetBytes(thought.Start), within));
    }

    private static TextGrammar? Finish(TranslationContext context, SchemaLocation? root, int start, int maxDepth, out SchemaProblem? problem)
    {
        var limits = context.Limits;
        if (context.Builder.IsFull)
        {
            context.Refuse(root, null, context.TooLarge);
        }

        problem = context.Problem;
        if (problem is not null)
        {
            return null;
        }

        var grammar = new TextGrammar(context.Builder, start, maxDepth);
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
