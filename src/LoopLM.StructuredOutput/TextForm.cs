using System.Text.Json;

namespace LoopLM.StructuredOutput;

/// <summary>What a text is to be. The JSON in it is good as long as its document is open.</summary>
public abstract record TextForm
{
    /// <summary>The same form with JSON of its own, which is good whatever becomes of the document.</summary>
    public TextForm Detach() => this switch
    {
        Json(var schema) => new Json(schema.Clone()),
        Calls calls => calls with { Functions = [.. calls.Functions.Select(function => function with { Parameters = function.Parameters?.Clone() })] },
        _ => this,
    };

    /// <summary>Any JSON object.</summary>
    public sealed record JsonObject : TextForm;

    /// <summary>A JSON value that matches a schema (draft 2020-12).</summary>
    /// <param name="Schema">The schema.</param>
    public sealed record Json(JsonElement Schema) : TextForm;

    /// <summary>One of some texts.</summary>
    /// <param name="Texts">The texts, well-formed Unicode, at least one.</param>
    public sealed record Choice(IReadOnlyList<string> Texts) : TextForm;

    /// <summary>A text that a regular expression of ECMAScript matches from its beginning to its end.</summary>
    /// <param name="Expression">The expression, without look-behind and back-references.</param>
    public sealed record Pattern(string Expression) : TextForm;

    /// <summary>One or more function calls in a row, whose arguments match the functions' schemas.</summary>
    /// <param name="Functions">The functions that may be called, at least one.</param>
    /// <param name="Syntax">How a call is written.</param>
    /// <param name="MaxCalls">Most calls, from 1.</param>
    public sealed record Calls(IReadOnlyList<FunctionSchema> Functions, CallSyntax Syntax, int MaxCalls) : TextForm;
}
