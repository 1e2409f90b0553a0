using System.Text.Json;
using LoopLM.StructuredOutput.Calls;
using LoopLM.StructuredOutput.Schemas;

namespace LoopLM.StructuredOutput;

/// <summary>How the values of functions' parameters are written in <see cref="ArgumentSyntax.Tags"/>. Immutable.</summary>
public sealed class FunctionParameters
{
    private readonly Dictionary<(string Function, string Parameter), ParameterSpelling> _spellings = [];

    private FunctionParameters()
    {
    }

    /// <summary>Those of no functions.</summary>
    public static FunctionParameters None { get; } = new();

    /// <summary>Those of some functions, of which the first of a name counts.</summary>
    /// <param name="functions">The functions. Their documents have to stay open during the call.</param>
    public static FunctionParameters Of(IEnumerable<FunctionSchema> functions)
    {
        var all = new FunctionParameters();
        foreach (var function in functions.DistinctBy(function => function.Name))
        {
            if (function.Parameters is not { ValueKind: JsonValueKind.Object } schema)
            {
                continue;
            }

            var document = new SchemaLocation(schema, Segment: function.Name);
            var references = new SchemaReferences(document);
            foreach (var (name, at) in ParameterList.Find(ParameterList.Root(document, references)))
            {
                all._spellings.TryAdd((function.Name, name), ParameterText.SpellingOf(at, references));
            }
        }

        return all;
    }

    /// <summary>How a value is written; as JSON where the parameter is unknown.</summary>
    public ParameterSpelling SpellingOf(string function, string parameter) => _spellings.GetValueOrDefault((function, parameter));
}
