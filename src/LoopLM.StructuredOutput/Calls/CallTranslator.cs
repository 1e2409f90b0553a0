using System.Text;
using LoopLM.StructuredOutput.Automata;
using LoopLM.StructuredOutput.Schemas;

namespace LoopLM.StructuredOutput.Calls;

/// <summary>Translates calls of functions into rules.</summary>
/// <param name="syntax">How they are written.</param>
/// <param name="context">What the schemas of one grammar share.</param>
/// <param name="isReadable">Whether a schema is small and well-formed enough to be read; notes the problem where it is not.</param>
internal sealed class CallTranslator(CallSyntax syntax, TranslationContext context, Func<SchemaLocation, bool> isReadable)
{
    private readonly GrammarBuilder _builder = context.Builder;

    /// <summary>One call or more.</summary>
    /// <param name="functions">The functions that may be called.</param>
    /// <param name="maxCalls">Most calls.</param>
    /// <returns>The place where they begin; of no use where the context has a problem.</returns>
    public int Translate(IReadOnlyList<FunctionSchema> functions, int maxCalls)
    {
        var end = Literal(syntax.End, GrammarBuilder.Return);
        var calls = functions.Select(function => Literal(function.Name + syntax.BeforeArguments, Arguments(function, end)));
        var call = context.Rules.Rule(Literal(syntax.BeforeName, _builder.Choice([.. calls])));
        var close = Literal(syntax.Close, GrammarBuilder.Return);
        var more = _builder.Repeat(0, maxCalls - 1, next => Literal(syntax.Separator, _builder.Call(call, next)), close);
        return Literal(syntax.Start, _builder.Call(call, more));
    }

    private int Literal(string text, int next) => _builder.Literal(Encoding.UTF8.GetBytes(text), next);

    private int Arguments(FunctionSchema function, int next)
    {
        if (ParameterList.IsEmpty(function.Parameters))
        {
            return syntax.Arguments == ArgumentSyntax.Json ? Literal("{}", next) : next;
        }

        var document = new SchemaLocation(function.Parameters!.Value, Segment: function.Name);
        if (!isReadable(document))
        {
            return next;
        }

        var translator = new SchemaTranslator(document, context);
        return syntax.Arguments switch
        {
            ArgumentSyntax.Tags => Tags(document, translator, next),
            ArgumentSyntax.Keywords => Keywords(document, translator, next),
            _ => Json(document, translator, next),
        };
    }

    private int Json(SchemaLocation document, SchemaTranslator translator, int next)
    {
        var value = translator.Translate();
        return context.Problem is null && _builder.Beginning((byte)'{', value) is { } objects
            ? _builder.Call(context.Rules.Rule(objects), next)
            : context.Refuse(document, null, "has to admit an object, because the arguments of a function are one");
    }

    private int Tags(SchemaLocation document, SchemaTranslator translator, int next)
    {
        var references = new SchemaReferences(document);
        foreach (var (name, at, isRequired) in ParameterList.Read(ParameterList.Root(document, references), context).Reverse())
        {
            if (name.Length == 0 || name != name.Trim() || name.AsSpan().ContainsAny('<', '>', '\n'))
            {
                return RefuseName(document);
            }

            var end = Literal($"\n{ParameterText.End}\n", next);
            var value = ParameterText.SpellingOf(at, references) is ParameterSpelling.Text or ParameterSpelling.TextOrNull
                ? ParameterText.Translate(at, references, context, end)
                : _builder.Call(translator.TranslateAt(at), end);
            var parameter = Literal($"<parameter={name}>\n", value);
            next = isRequired ? parameter : _builder.Choice(parameter, next);
        }

        return next;
    }

    private int Keywords(SchemaLocation document, SchemaTranslator translator, int next)
    {
        // Where the arguments go on if there was none before, and if there was one.
        var (first, later) = (next, next);
        foreach (var (name, at, isRequired) in ParameterList.Read(ParameterList.Root(document, new(document)), context).Reverse())
        {
            if (name.Length == 0 || name != name.Trim() || name.Any(CallSyntax.NotInKeywords.Contains))
            {
                return RefuseName(document);
            }

            var argument = Literal($"{name}=", _builder.Call(translator.TranslateAt(at), later));
            var behind = Literal(", ", argument);
            (first, later) = isRequired ? (argument, behind) : (_builder.Choice(argument, first), _builder.Choice(behind, later));
        }

        return first;
    }

    private int RefuseName(SchemaLocation document) => context.Refuse(
        document, "properties", "has a name that the model's format of calls cannot write; letters, digits and underscores are right");
}
