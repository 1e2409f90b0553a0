using LoopLM.Server.Errors;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.TextGeneration;

/// <summary>What compiling a form gave: a grammar, or why there is none.</summary>
/// <param name="Grammar">The grammar; null where there is none.</param>
/// <param name="Tokens">The tokens that it is made for; null where there is none.</param>
/// <param name="Kind">The kind of the problem.</param>
/// <param name="Problem">Why there is none, of which the request's field is no part; null where there is one.</param>
/// <param name="IsFinal">Whether it always ends so; otherwise trying again has a chance.</param>
internal sealed record CompiledForm(TextGrammar? Grammar, TokenTrie? Tokens, RequestErrorKind Kind, string? Problem, bool IsFinal = true)
{
    // What an entry of a cache takes beside what is in it.
    private const int Overhead = 512;

    /// <summary>Bytes of memory that it takes, about; the tokens are the model's.</summary>
    public long Size => Overhead + (Grammar?.Size ?? 0) + (sizeof(char) * (long)(Problem?.Length ?? 0));
}
