using System.Text;
using LoopLM.Server.OpenAi.Chat.Calls;
using LoopLM.Text.Constraints;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>
/// Tells thoughts, answer and tool calls of a reply apart as its text comes, however it is cut. A thought stands at the beginning, between
/// <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c>; a call anywhere behind it, in the form of the model's template.
/// What looks like a mark is withheld until it is decided, and so is white space, which counts for nothing beside a mark. What begins like
/// a call and is none stays part of the answer.
/// </summary>
internal sealed class ReplyReader
{
    private readonly List<ReplyPart> _parts = [];
    private readonly StringBuilder _undecided = new();
    private readonly ReplyFormat _format;
    private readonly CallParts _calls;
    private ReplyState _state;
    private string _pending = "";
    private string _space = "";
    private bool _behindMark;
    private bool _inBlankLine = true;
    private CallReader? _call;
    private int _callsBefore;

    /// <param name="format">What is told apart.</param>
    public ReplyReader(ReplyFormat format)
    {
        _format = format;
        _calls = new(_parts, format.Calls is { } calls ? calls.NewId : () => "", format.OneCall);
        _state = format.InThought ? ReplyState.Thought : format.Thoughts ? ReplyState.Start : ReplyState.Answer;
    }

    /// <summary>Whether the text so far ends within a thought.</summary>
    public bool IsInThought => _state == ReplyState.Thought;

    /// <summary>Whether the arguments of the last call are incomplete so far.</summary>
    public bool IsInCall => _calls.IsOpen;

    /// <summary>Calls of tools so far.</summary>
    public int Calls => _calls.Count;

    private bool IsCall => _calls.Begun > _callsBefore;

    /// <summary>Appends text and gives the parts that are decided by it, until the next call.</summary>
    public List<ReplyPart> Append(string text)
    {
        _parts.Clear();
        _pending += text;
        while (TryAdvance())
        {
        }

        _calls.Flush();
        return _parts;
    }

    /// <summary>Ends the text and gives the rest.</summary>
    /// <param name="isCut">Whether a limit ended it. Otherwise the end of a call may be missing.</param>
    public List<ReplyPart> End(bool isCut = false)
    {
        _parts.Clear();
        if (_state == ReplyState.Call)
        {
            _call!.End(isCut);
            _calls.Flush();
            if (IsCall || _format.OnlyCalls)
            {
                return _parts;
            }

            TakeBack(_undecided.ToString(), "");
        }
        else
        {
            _state = _state == ReplyState.Start ? ReplyState.Answer : _state;
            Add(_format.OnlyCalls && !IsInThought ? "" : _pending);
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
                return TryEndThought();
            case ReplyState.Call:
                return TryCall();
            case ReplyState.Answer when _format.Calls is { } calls:
                return TryFindCall(calls);
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

    /// <summary>Gives the thought up to its end and passes that; without the end, all text that cannot be its beginning.</summary>
    private bool TryEndThought()
    {
        const string mark = ReplyFormat.ThoughtEnd;
        if (_pending.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at)
        {
            Add(_pending[..at]);
            PassMark(_pending[(at + mark.Length)..], ReplyState.Answer);
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

    /// <summary>Gives the answer up to what may begin a call, and begins to read that.</summary>
    private bool TryFindCall(ToolCallFormat format)
    {
        for (var i = 0; i < _pending.Length; i++)
        {
            var rest = _pending.AsSpan(i);
            if (_inBlankLine && format.LineStart == rest[0])
            {
                BeginCall(format, i, "");
                return true;
            }

            foreach (var mark in format.Marks)
            {
                if (rest.StartsWith(mark))
                {
                    BeginCall(format, i, mark);
                    return true;
                }

                if (mark.AsSpan().StartsWith(rest))
                {
                    Add(_pending[..i]);
                    _pending = _pending[i..];
                    return false;
                }
            }

            _inBlankLine = rest[0] == '\n' || (_inBlankLine && char.IsWhiteSpace(rest[0]));
        }

        Add(_pending);
        _pending = "";
        return false;
    }

    private void BeginCall(ToolCallFormat format, int at, string mark)
    {
        Add(_pending[..at]);
        _undecided.Clear().Append(mark);
        _call = format.Reader(mark, _calls, _format.Parameters ?? FunctionParameters.None);
        _callsBefore = _calls.Begun;
        (_pending, _state) = (_pending[(at + mark.Length)..], ReplyState.Call);
    }

    private bool TryCall()
    {
        for (var i = 0; i < _pending.Length; i++)
        {
            var step = _call!.Read(_pending[i]);
            if (step == CallStep.More)
            {
                if (!IsCall)
                {
                    _undecided.Append(_pending[i]);
                }

                continue;
            }

            var rest = _pending[(step == CallStep.Done ? i + 1 : i)..];
            if (IsCall)
            {
                _calls.End();
                PassMark(_call.Held + rest, ReplyState.Answer);
            }
            else
            {
                TakeBack(_undecided.ToString(), rest);
            }

            return true;
        }

        _pending = "";
        return false;
    }

    private void PassMark(string rest, ReplyState next)
    {
        (_pending, _state) = (rest, next);
        (_space, _behindMark, _inBlankLine) = ("", true, true);
    }

    /// <summary>Goes on with the answer behind what looked like a call.</summary>
    private void TakeBack(string text, string rest)
    {
        (_pending, _state, _inBlankLine) = (rest, ReplyState.Answer, false);
        Add(text);
    }

    /// <summary>Adds text, less white space behind a mark; white space that a mark may follow is withheld.</summary>
    private void Add(string text)
    {
        text = _behindMark ? text.TrimStart() : text;
        _behindMark &= text.Length == 0;
        text = _space + text;
        var mayMeetMark = IsInThought || _format.Calls is not null;
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
