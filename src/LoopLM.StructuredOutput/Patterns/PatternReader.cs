using System.Text;

namespace LoopLM.StructuredOutput.Patterns;

/// <summary>The text of a pattern, a position in it, and the first problem found.</summary>
/// <param name="pattern">The text.</param>
internal sealed class PatternReader(string pattern)
{
    private int _at;

    /// <summary>What is wrong with the pattern; null if nothing is. Once something is, there is nothing more to read.</summary>
    public string? Problem { get; private set; }

    public bool HasNext => Problem is null && _at < pattern.Length;

    /// <summary>The rest of the pattern.</summary>
    public ReadOnlySpan<char> Rest => Problem is null ? pattern.AsSpan(_at) : [];

    /// <summary>The next character, which is left where it is; 0 behind the end.</summary>
    public char Peek => HasNext ? pattern[_at] : '\0';

    /// <summary>Takes the next code point; 0 behind the end.</summary>
    public int Next()
    {
        if (!HasNext)
        {
            Refuse("the pattern ends too early");
            return 0;
        }

        _ = Rune.DecodeFromUtf16(Rest, out var rune, out var length);
        _at += length;
        return rune.Value;
    }

    /// <summary>Takes a text if it comes next.</summary>
    public bool Take(string text)
    {
        var comes = Rest.StartsWith(text);
        _at += comes ? text.Length : 0;
        return comes;
    }

    /// <summary>Takes so many characters.</summary>
    public void Skip(int count) => _at += count;

    /// <summary>Takes what stands before an end, and the end; null where that does not come.</summary>
    public string? TakeUntil(char end)
    {
        var length = Rest.IndexOf(end);
        if (length < 0)
        {
            return null;
        }

        var text = Rest[..length].ToString();
        _at += length + 1;
        return text;
    }

    /// <summary>Notes a problem near the position, unless there is one already.</summary>
    public void Refuse(string problem) => Problem ??= $"{problem} (near character {_at})";
}
