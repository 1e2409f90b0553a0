using System.Text;
using LoopLM.Server.Replies.Calls;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.Replies;

/// <summary>
/// Tells thoughts, answer and tool calls of a reply apart as its text comes, however it is cut. A thought stands at the beginning, between
/// <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c>; a call anywhere behind it, in the form of the model's template.
/// What looks like a mark is withheld until it is decided, and so is white space, which counts for nothing beside a mark. What begins like
/// a call and is none stays part of the answer. The work is linear in the text: each character is looked at once, but for those of a mark that
/// ends with the text so far.
/// </summary>
internal sealed class ReplyReader
{
    private readonly List<ReplyPart> _parts = [];
    private readonly StringBuilder _undecided = new();
    private readonly ReplyFormat _format;
    private readonly CallParts _calls;
    private ReplyState _state;
    private readonly StringBuilder _space = new();
    private string _text = "";
    private int _at;
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

        // What is left is the beginning of a mark at most.
        (_text, _at) = (_at == _text.Length ? text : string.Concat(_text.AsSpan(_at), text), 0);
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

            TakeBack();
        }
        else if (_format.OnlyCalls && !IsInThought)
        {
            _space.Length = _state == ReplyState.Start ? 0 : _space.Length;
        }
        else
        {
            _state = _state == ReplyState.Start ? ReplyState.Answer : _state;
            Take(_text.Length);
        }

        AddPart(_space.ToString());
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
                Take(_text.Length);
                return false;
        }
    }

    private bool TryStart()
    {
        var body = _text.AsSpan(_at).TrimStart();
        _space.Append(_text.AsSpan(_at, _text.Length - _at - body.Length));
        _at = _text.Length - body.Length;
        if (body.StartsWith(ReplyFormat.ThoughtStart))
        {
            PassMark(_at + ReplyFormat.ThoughtStart.Length, ReplyState.Thought);
            return true;
        }

        if (ReplyFormat.ThoughtStart.AsSpan().StartsWith(body))
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
        if (_text.IndexOf(mark, _at, StringComparison.Ordinal) is >= 0 and var end)
        {
            Take(end);
            PassMark(end + mark.Length, ReplyState.Answer);
            return true;
        }

        var withheld = Math.Min(mark.Length - 1, _text.Length - _at);
        while (!mark.AsSpan().StartsWith(_text.AsSpan(_text.Length - withheld)))
        {
            withheld--;
        }

        Take(_text.Length - withheld);
        return false;
    }

    /// <summary>Gives the answer up to what may begin a call, and begins to read that.</summary>
    private bool TryFindCall(ToolCallFormat format)
    {
        for (var i = _at; i < _text.Length; i++)
        {
            var rest = _text.AsSpan(i);
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
                    Take(i);
                    return false;
                }
            }

            _inBlankLine = rest[0] == '\n' || (_inBlankLine && char.IsWhiteSpace(rest[0]));
        }

        Take(_text.Length);
        return false;
    }

    private void BeginCall(ToolCallFormat format, int at, string mark)
    {
        Take(at);
        _at += mark.Length;
        _undecided.Clear().Append(mark);
        _call = format.Reader(mark, _calls, _format.Parameters ?? FunctionParameters.None);
        _callsBefore = _calls.Begun;
        _state = ReplyState.Call;
    }

    private bool TryCall()
    {
        while (_at < _text.Length)
        {
            var next = _text[_at];
            var step = _call!.Read(next);
            if (step != CallStep.Over)
            {
                _at++;
                _ = IsCall ? _undecided : _undecided.Append(next);
            }

            if (step == CallStep.More)
            {
                continue;
            }

            if (IsCall)
            {
                _calls.End();
                GiveBack(_call.Held);
                PassMark(_at, ReplyState.Answer);
            }
            else
            {
                TakeBack();
            }

            return true;
        }

        return false;
    }

    /// <summary>Makes characters before the pending text pending again; some of them may have come before the text at hand.</summary>
    private void GiveBack(string held)
    {
        var here = Math.Min(held.Length, _at);
        (_text, _at) = here == held.Length ? (_text, _at - here) : (held + _text[_at..], 0);
    }

    private void PassMark(int at, ReplyState next)
    {
        (_at, _state) = (at, next);
        (_behindMark, _inBlankLine) = (true, true);
        _space.Clear();
    }

    /// <summary>Goes on with the answer behind what looked like a call, which is a part of it.</summary>
    private void TakeBack()
    {
        (_state, _inBlankLine) = (ReplyState.Answer, false);
        Add(_undecided.ToString());
    }

    /// <summary>Gives the pending text up to a place.</summary>
    private void Take(int end)
    {
        // All of a token is the rule, and its text need not be copied.
        var text = _at == 0 && end == _text.Length ? _text : _text[_at..end];
        _at = end;
        Add(text);
    }

    /// <summary>Adds text, less white space behind a mark; white space that a mark may follow is withheld.</summary>
    private void Add(string text)
    {
        text = _behindMark ? text.TrimStart() : text;
        _behindMark &= text.Length == 0;
        var mayMeetMark = IsInThought || _format.Calls is not null;
        var body = mayMeetMark ? text.TrimEnd() : text;
        if (body.Length > 0 || !mayMeetMark)
        {
            AddPart(_space.Length == 0 ? body : _space.Append(body).ToString());
            _space.Clear();
        }

        _space.Append(text.AsSpan(body.Length));
    }

    private void AddPart(string text)
    {
        if (text.Length > 0)
        {
            _parts.Add(new(IsInThought ? ReplyPartKind.Reasoning : ReplyPartKind.Content, text));
        }
    }
}
