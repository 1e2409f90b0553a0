namespace LoopLM.Server.OpenAi.Chat;

/// <summary>
/// Tells thoughts, answer and tool calls of a reply apart as its text comes, however it is cut. A thought stands at the beginning, between
/// <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c>; a call anywhere behind it, as JSON between <c>&lt;tool_call&gt;</c> and <c>&lt;/tool_call&gt;</c>.
/// What looks like a mark is withheld until it is decided, and so is white space, which counts for nothing beside a mark. A call that is
/// no JSON of a call stays part of the answer.
/// </summary>
/// <param name="format">What is told apart.</param>
internal sealed class ReplyReader(ReplyFormat format)
{
    private readonly List<ReplyPart> _parts = [];
    private ReplyState _state = format.InThought ? ReplyState.Thought : format.Thoughts ? ReplyState.Start : ReplyState.Answer;
    private string _pending = "";
    private string _space = "";
    private bool _behindMark;

    /// <summary>Whether the text so far ends within a thought.</summary>
    public bool IsInThought => _state == ReplyState.Thought;

    /// <summary>Calls of tools so far.</summary>
    public int Calls { get; private set; }

    /// <summary>Appends text and gives the parts that are decided by it, until the next call.</summary>
    public List<ReplyPart> Append(string text)
    {
        _parts.Clear();
        _pending += text;
        while (TryAdvance())
        {
        }

        return _parts;
    }

    /// <summary>Ends the text and gives the rest.</summary>
    public List<ReplyPart> End()
    {
        _parts.Clear();
        if (_state == ReplyState.Call)
        {
            AddBrokenCall(_pending);
        }
        else
        {
            _state = _state == ReplyState.Start ? ReplyState.Answer : _state;
            Add(_pending);
        }

        AddPart(_space);
        return _parts;
    }

    /// <summary>Takes what the pending text decides; false where only more text can decide more.</summary>
    private bool TryAdvance()
    {
        switch (_state)
        {
            case ReplyState.Start:
                return TryStart();
            case ReplyState.Thought:
                return TryPass(ReplyFormat.ThoughtEnd, ReplyState.Answer);
            case ReplyState.Call:
                return TryCall();
            case ReplyState.Answer when format.Calls:
                return TryPass(ReplyFormat.CallStart, ReplyState.Call);
            default:
                Add(_pending);
                _pending = "";
                return false;
        }
    }

    private bool TryStart()
    {
        var text = _pending.TrimStart();
        if (text.StartsWith(ReplyFormat.ThoughtStart, StringComparison.Ordinal))
        {
            PassMark(text[ReplyFormat.ThoughtStart.Length..], ReplyState.Thought);
            return true;
        }

        if (ReplyFormat.ThoughtStart.StartsWith(text, StringComparison.Ordinal))
        {
            return false;
        }

        _state = ReplyState.Answer;
        return true;
    }

    /// <summary>Gives the text before a mark and passes it; without the mark, all text that cannot be its beginning.</summary>
    private bool TryPass(string mark, ReplyState next)
    {
        if (_pending.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at)
        {
            Add(_pending[..at]);
            PassMark(_pending[(at + mark.Length)..], next);
            return true;
        }

        var withheld = Math.Min(mark.Length - 1, _pending.Length);
        while (!mark.AsSpan().StartsWith(_pending.AsSpan(_pending.Length - withheld)))
        {
            withheld--;
        }

        Add(_pending[..^withheld]);
        _pending = _pending[^withheld..];
        return false;
    }

    private bool TryCall()
    {
        var end = _pending.IndexOf(ReplyFormat.CallEnd, StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var text = _pending[..end];
        var rest = _pending[(end + ReplyFormat.CallEnd.Length)..];
        if (ToolArguments.ReadCall(text) is not { } call)
        {
            AddBrokenCall(text + ReplyFormat.CallEnd);
            (_pending, _state) = (rest, ReplyState.Answer);
            return true;
        }

        if (Calls == 0 || !format.OneCall)
        {
            Calls++;
            _parts.Add(new(ReplyPartKind.ToolCall, call.Arguments, call.Name));
        }

        PassMark(rest, ReplyState.Answer);
        return true;
    }

    private void PassMark(string rest, ReplyState next) => (_pending, _state, _space, _behindMark) = (rest, next, "", true);

    private void AddBrokenCall(string text)
    {
        _behindMark = false;
        Add(ReplyFormat.CallStart + text);
    }

    /// <summary>Adds text, less white space behind a mark; white space that a mark may follow is withheld.</summary>
    private void Add(string text)
    {
        text = _behindMark ? text.TrimStart() : text;
        _behindMark &= text.Length == 0;
        text = _space + text;
        var mayMeetMark = IsInThought || format.Calls;
        var body = mayMeetMark ? text.TrimEnd() : text;
        _space = text[body.Length..];
        AddPart(body);
    }

    private void AddPart(string text)
    {
        if (text.Length > 0)
        {
            _parts.Add(new(IsInThought ? ReplyPartKind.Reasoning : ReplyPartKind.Content, text));
        }
    }
}
