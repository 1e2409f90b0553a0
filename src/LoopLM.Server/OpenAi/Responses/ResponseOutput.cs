using System.Runtime.InteropServices;
using LoopLM.Server.Conversations;
using LoopLM.Server.Replies;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>
/// The output of a response as it grows: an item for each stretch of reasoning, message and call,
/// in the order in which the model wrote them.
/// </summary>
/// <param name="format">What is separated in the reply.</param>
/// <param name="includesReasoning">Whether there are items for reasoning.</param>
internal sealed class ResponseOutput(ReplyFormat format, bool includesReasoning)
{
    private readonly ChatReply _reply = new(format, includesReasoning);
    private readonly List<OutputItem> _items = [];
    private readonly List<TextEvent> _tokens = [];
    private int _decided;
    private int _textStart;
    private OutputItem? _open;

    /// <summary>The items so far.</summary>
    public IReadOnlyList<OutputItem> Items => _items;

    /// <summary>All tokens so far.</summary>
    public ReadOnlySpan<TextEvent> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>Those of them that are reasoning.</summary>
    public int ReasoningTokens => _reply.ReasoningTokens;

    /// <summary>How it ended; null before.</summary>
    public TextEvent? End { get; private set; }

    /// <summary>Takes a token, or the end without an error. An output that has nothing else ends as an empty message.</summary>
    /// <param name="part">What happened.</param>
    /// <param name="observer">Receives what came of it.</param>
    public void Read(in TextEvent part, IOutputObserver? observer = null)
    {
        var before = _reply.ReasoningTokens;
        var decided = _reply.Read(part);
        if (!part.IsEnd)
        {
            _tokens.Add(part);
        }

        foreach (var each in decided)
        {
            Add(each, observer);
        }

        if (_reply.ReasoningTokens > before)
        {
            _textStart = _tokens.Count;
        }

        if (_open?.Kind == ReplyPartKind.ToolCall && !_reply.IsInCall)
        {
            Close(ResponseStatus.Completed, observer);
        }

        if (part.IsEnd)
        {
            End = part;
            if (_items.Count == 0)
            {
                Begin(new(ReplyPartKind.Content, ""), observer);
            }

            Close(part.FinishReason == TextFinishReason.Length ? ResponseStatus.Incomplete : ResponseStatus.Completed, observer);
        }
    }

    /// <summary>Ends what has begun: no more will come.</summary>
    public void BreakOff() => Close(ResponseStatus.Incomplete, null);

    private void Add(ReplyPart part, IOutputObserver? observer)
    {
        if (part.Kind != ReplyPartKind.ToolArguments && (part.Kind == ReplyPartKind.ToolCall || _open?.Kind != part.Kind))
        {
            Close(ResponseStatus.Completed, observer);
            Begin(part, observer);
        }

        var item = _open!;
        var text = Tokens[Math.Max(_decided, _textStart)..];
        item.Text.Append(part.Text);
        item.Tokens.AddRange(text);
        observer?.Grow(item, part.Text, Tokens[_decided..], text);
        _decided = _tokens.Count;
    }

    private void Begin(ReplyPart part, IOutputObserver? observer)
    {
        _open = new OutputItem(_items.Count, part.Kind, part.Name, part.Id);
        _items.Add(_open);
        observer?.Begin(_open);
    }

    private void Close(ResponseStatus status, IOutputObserver? observer)
    {
        if (_open is { } item)
        {
            _open = null;
            item.Status = status;
            observer?.End(item);
        }
    }
}
