using System.Text;
using LoopLM.Server.Generations;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>One choice of a chat, as far as it has come.</summary>
/// <param name="format">What is told apart in it.</param>
internal sealed class ChatReply(ReplyFormat format)
{
    private readonly ReplyReader _reader = new(format);

    /// <summary>Tokens of its thought, the marks among them.</summary>
    public int ReasoningTokens { get; private set; }

    /// <summary>Whether it calls tools.</summary>
    public bool CallsTools => _reader.Calls > 0;

    /// <summary>Takes what happened and gives the parts that are decided by it: the end decides all.</summary>
    public IReadOnlyList<ReplyPart> Read(in TextEvent part)
    {
        var wasInThought = _reader.IsInThought;
        ReplyPart[] parts = [.. _reader.Append(part.Text)];
        if (part.IsEnd)
        {
            return [.. parts, .. _reader.End()];
        }

        ReasoningTokens += wasInThought || _reader.IsInThought ? 1 : 0;
        return parts;
    }

    /// <summary>The text of all parts of a kind; null where there are none.</summary>
    public static string? Join(IEnumerable<ReplyPart> parts, ReplyPartKind kind)
    {
        StringBuilder? text = null;
        foreach (var part in parts)
        {
            text = part.Kind == kind ? (text ?? new()).Append(part.Text) : text;
        }

        return text?.ToString();
    }
}
