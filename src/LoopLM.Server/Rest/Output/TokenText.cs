using System.Text;
using LoopLM.Text.Tokenization;

namespace LoopLM.Server.Rest.Output;

/// <summary>How answers write single tokens.</summary>
/// <param name="tokenizer">Gives their bytes.</param>
/// <param name="asIds">Whether every token is written by its id.</param>
internal sealed class TokenText(ByteLevelBpeTokenizer tokenizer, bool asIds = false)
{
    /// <summary>
    /// The token's text; <c>bytes:\xe2\x80</c> where it is no whole text, <c>token_id:5</c> where it
    /// has none: so two tokens never look the same.
    /// </summary>
    public string Of(int token)
    {
        var bytes = tokenizer.GetTokenBytes(token);
        if (asIds || bytes.IsEmpty)
        {
            return $"token_id:{token}";
        }

        if (tokenizer.GetTokenText(token) is { } whole)
        {
            return whole;
        }

        var text = new StringBuilder("bytes:");
        foreach (var value in bytes)
        {
            text.Append("\\x").Append(value.ToString("x2"));
        }

        return text.ToString();
    }
}
