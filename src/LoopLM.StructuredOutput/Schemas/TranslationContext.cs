using LoopLM.StructuredOutput.Automata;
using LoopLM.StructuredOutput.Patterns;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>What the schemas of one grammar share: the instructions, the limits that are used up, and the first problem.</summary>
internal sealed class TranslationContext
{
    private const int MaxNameLength = 200;

    /// <param name="writable">The bytes that a text can be written with.</param>
    /// <param name="limits">How large schemas may be.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <param name="inPython">Whether values are written as Python writes them.</param>
    public TranslationContext(ByteSet writable, ConstraintLimits limits, CancellationToken cancellation, bool inPython = false)
    {
        Limits = limits;
        Cancellation = cancellation;
        Builder = new(writable, limits.MaxInstructions);
        Automata = new(limits.MaxPatternStates, cancellation);
        Rules = new(Builder, Automata, inPython);
        Patterns = new(Automata);
        Strings = new(this);
        Numbers = new(this);
    }

    public ConstraintLimits Limits { get; }

    public CancellationToken Cancellation { get; }

    public GrammarBuilder Builder { get; }

    public JsonRules Rules { get; }

    public AutomatonBuilder Automata { get; }

    public PatternCompiler Patterns { get; }

    public StringRules Strings { get; }

    public NumberRules Numbers { get; }

    public int Subschemas { get; set; }

    public int EnumValues { get; set; }

    /// <summary>What is wrong with a grammar for which there is no room.</summary>
    public string TooLarge =>
        $"it takes too large a grammar; at most {Limits.MaxInstructions} instructions, and {AutomatonBuilder.MaxWork} steps to make its automata, are allowed";

    /// <summary>The first problem; null while there is none.</summary>
    public SchemaProblem? Problem { get; private set; }

    /// <summary>Notes a problem.</summary>
    /// <param name="at">The subschema; null where the form has none.</param>
    /// <param name="keyword">The keyword in it; null for the subschema as a whole.</param>
    /// <param name="reason">What was found and what would be right.</param>
    /// <returns>A place to return in place of one.</returns>
    public int Refuse(SchemaLocation? at, string? keyword, string reason)
    {
        Problem ??= new(at is null ? null : Shorten(at.Path), keyword is null ? null : Shorten(keyword), reason);
        return GrammarBuilder.Return;
    }

    // Names of the schema's own may be of any length.
    private static string Shorten(string name) => name.Length <= MaxNameLength ? name : $"{name.AsSpan(0, MaxNameLength)}...";
}
