using System.Text;
using LoopLM.Text.Tokenization;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Eval;

/// <summary>Says what kind of token each token of a split is, from the bytes around it.</summary>
internal sealed class TokenKinds
{
    private const int ExcerptBytes = 24;

    private static readonly HashSet<string> s_functionWords =
    [
        .. "a an the this that these those and or but nor so yet if then than as of to in on at by for from with".Split(' '),
        .. "into upon over under about after before up down out off".Split(' '),
        .. "i me my you your he him his she her it its we us our they them their who whom whose which what".Split(' '),
        .. "is are was were be been am do does did have has had".Split(' '),
        .. "will would shall should can could may might must not no there when where while".Split(' '),
    ];

    private readonly TokenSplit _split;
    private readonly ByteLevelBpeTokenizer _tokenizer;
    private readonly byte[] _bytes;
    private readonly int[] _offsets;
    private readonly int[] _documents;

    /// <summary>Lays the bytes of all documents out.</summary>
    public TokenKinds(TokenSplit split, ByteLevelBpeTokenizer tokenizer)
    {
        (_split, _tokenizer) = (split, tokenizer);
        var bytes = new List<byte>();
        (_offsets, _documents) = (new int[split.Tokens.Length + 1], new int[split.Tokens.Length]);
        for (var (token, document) = (0, 0); token < split.Tokens.Length; token++)
        {
            document += token == split.End(document) ? 1 : 0;
            // A special token counts as a line's end, so that no word reaches across it.
            bytes.AddRange(tokenizer.IsSpecial(split.Tokens[token]) ? "\n"u8 : tokenizer.GetTokenBytes(split.Tokens[token]));
            (_offsets[token + 1], _documents[token]) = (bytes.Count, document);
        }

        _bytes = [.. bytes];
    }

    /// <summary>The kind of the token at an index of the split.</summary>
    public string Of(int index)
    {
        if (_tokenizer.IsSpecial(_split.Tokens[index]))
        {
            return "special token";
        }

        var (at, end) = (_offsets[index], _offsets[index + 1]);
        while (at < end && _bytes[at] == ' ')
        {
            at++;
        }

        return at == end ? "space" : _bytes[at] switch
        {
            (byte)'\n' or (byte)'\r' => "end of line",
            (byte)'.' or (byte)'!' or (byte)'?' => "end of sentence",
            var digit when IsDigit(digit) => IsAnswer(index, at) ? "answer digit" : "digit",
            var letter when IsLetter(letter) => OfWord(at),
            _ => "punctuation",
        };
    }

    /// <summary>The token at an index in square brackets, after what is before it.</summary>
    public string Excerpt(int index)
    {
        var start = Math.Max(_offsets[_split.Starts[_documents[index]]], _offsets[index] - ExcerptBytes);
        var before = Encoding.UTF8.GetString(_bytes, start, _offsets[index] - start);
        var text = $"{before}[{Encoding.UTF8.GetString(_bytes, _offsets[index], _offsets[index + 1] - _offsets[index])}]";
        return text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
    }

    private string OfWord(int at)
    {
        if (at > 0 && IsLetter(_bytes[at - 1]))
        {
            return "inside a word";
        }

        var end = at;
        while (end < _bytes.Length && IsLetter(_bytes[end]))
        {
            end++;
        }

        if (s_functionWords.Contains(Encoding.UTF8.GetString(_bytes, at, end - at).ToLowerInvariant()))
        {
            return "function word";
        }

        return char.IsAsciiLetterUpper((char)_bytes[at]) && !StartsSentence(at) ? "name" : "word begin";
    }

    private bool StartsSentence(int at)
    {
        while (at > 0 && _bytes[at - 1] is (byte)' ' or (byte)'"' or (byte)'\'')
        {
            at--;
        }

        return at == 0 || _bytes[at - 1] is (byte)'.' or (byte)'!' or (byte)'?' or (byte)'\n';
    }

    /// <summary>Whether a digit belongs to an answer: it is what a question's document requires, or it follows an equals sign.</summary>
    private bool IsAnswer(int index, int at)
    {
        var document = _documents[index];
        while (at > 0 && IsDigit(_bytes[at - 1]))
        {
            at--;
        }

        return AnsweredQuestion.IsProblem(_split.IsTarget.AsSpan(_split.Starts[document].._split.End(document)))
            ? _split.IsTarget[index] != 0
            : at > 0 && _bytes[at - 1] == '=';
    }

    private static bool IsDigit(byte value) => char.IsAsciiDigit((char)value);

    private static bool IsLetter(byte value) => char.IsAsciiLetter((char)value) || value >= 0x80;
}
