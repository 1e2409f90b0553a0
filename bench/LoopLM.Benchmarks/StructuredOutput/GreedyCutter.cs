using System.Text;
using LoopLM.Text.Tokenization;

namespace LoopLM.Benchmarks.StructuredOutput;

/// <summary>Cuts a text into the longest tokens from left to right.</summary>
internal sealed class GreedyCutter
{
    private readonly Dictionary<string, int> _tokens = [];
    private readonly int _longest;

    public GreedyCutter(ByteLevelBpeTokenizer tokenizer)
    {
        for (var id = 0; id < tokenizer.VocabularySize; id++)
        {
            if (!tokenizer.IsSpecial(id))
            {
                _tokens[Encoding.Latin1.GetString(tokenizer.GetTokenBytes(id))] = id;
            }
        }

        _longest = _tokens.Keys.Max(token => token.Length);
    }

    public List<int> Cut(string text)
    {
        var bytes = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
        var tokens = new List<int>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(_longest, bytes.Length - at);
            while (!_tokens.ContainsKey(bytes.Substring(at, length)))
            {
                length--;
            }

            tokens.Add(_tokens[bytes.Substring(at, length)]);
            at += length;
        }

        return tokens;
    }
}
