using System.Text;
using LoopLM.Server.Replies;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Conversations;

/// <summary>One choice of a chat, as far as it has come.</summary>
/// <param name="format">What is separated in it.</param>
/// <param name="includesReasoning">Whether its parts have the reasoning.</param>
internal sealed class ChatReply(ReplyFormat format, bool includesReasoning)
{
    private static readonly List<ReplyPart> s_noCalls = [];

    private readonly ReplyReader _reader = new(format);

    /// <summary>Tokens of its reasoning, the marks among them.</summary>
    public int ReasoningTokens { get; private set; }

    /// <summary>Calls of tools so far.</summary>
    public int Calls => _reader.Calls;

    /// <summary>Whether the arguments of the last call are incomplete so far.</summary>
    public bool IsInCall => _reader.IsInCall;

    /// <summary>Whether it calls tools.</summary>
    public bool CallsTools => Calls > 0;

    /// <summary>Takes what happened and gives the parts that are decided by it, until the next call: the end decides all.</summary>
    public List<ReplyPart> Read(in TextEvent part)
    {
        var wasInReasoning = _reader.IsInReasoning;
        var parts = _reader.Append(part.Text);
        if (part.IsEnd)
        {
            ReplyPart[] before = [.. parts];
            parts = [.. before, .. _reader.End(part.FinishReason == TextFinishReason.Length)];
        }
        else
        {
            ReasoningTokens += wasInReasoning || _reader.IsInReasoning ? 1 : 0;
        }

        if (!includesReasoning)
        {
            parts.RemoveAll(each => each.Kind == ReplyPartKind.Reasoning);
        }

        return parts;
    }

    /// <summary>The text of all parts of a kind; null where there are none.</summary>
    public static string? Join(List<ReplyPart> parts, ReplyPartKind kind)
    {
        string? first = null;
        StringBuilder? text = null;
        foreach (var part in parts)
        {
            if (part.Kind != kind)
            {
                continue;
            }

            if (first is null)
            {
                // One part is the rule, and its text need not be copied.
                first = part.Text;
            }
            else
            {
                text = (text ?? new(first)).Append(part.Text);
            }
        }

        return text?.ToString() ?? first;
    }

    /// <summary>
    /// The calls among some parts, each with all its arguments there. The first may have no name: then its call began before.
    /// </summary>
    public static List<ReplyPart> JoinCalls(List<ReplyPart> parts)
    {
        if (!parts.Exists(part => part.Kind is ReplyPartKind.ToolCall or ReplyPartKind.ToolArguments))
        {
            // Most tokens are no calls, and allocate nothing.
            return s_noCalls;
        }

        var calls = new List<ReplyPart>();
        StringBuilder? arguments = null;
        foreach (var part in parts)
        {
            if (part.Kind == ReplyPartKind.ToolArguments && calls.Count > 0)
            {
                arguments = (arguments ?? new(calls[^1].Text)).Append(part.Text);
            }
            else if (part.Kind is ReplyPartKind.ToolCall or ReplyPartKind.ToolArguments)
            {
                Complete();
                calls.Add(part);
            }
        }

        Complete();
        return calls;

        void Complete()
        {
            if (arguments is not null)
            {
                calls[^1] = calls[^1] with { Text = arguments.ToString() };
                arguments = null;
            }
        }
    }
}
