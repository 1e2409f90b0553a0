using System.Text;

namespace LoopLM.Server.Replies.Calls;

/// <summary>
/// Reads calls in JSON: objects with <c>name</c> and <c>arguments</c>, which may be called <c>parameters</c>, alone or in a list.
/// Arguments that are a JSON object are given as they come, right or wrong; arguments may also be a string that holds one.
/// </summary>
/// <param name="calls">Receives calls and their arguments.</param>
/// <param name="style">What a format allows beside that.</param>
internal sealed class JsonCallReader(CallParts calls, JsonCallStyle style) : CallReader(calls)
{
    private readonly StringBuilder _text = new();
    private JsonCallState _state;
    private JsonEnd _end;
    private bool _inList;
    private bool _isBare;
    private string? _key;
    private string? _name;
    private string? _arguments;
    private bool _isCalled;

    public override CallStep Read(char next) => _state switch
    {
        JsonCallState.Start => ReadStart(next),
        JsonCallState.Name => ReadName(next),
        JsonCallState.Member => ReadMember(next),
        JsonCallState.Key => ReadKey(next),
        JsonCallState.Colon => ReadColon(next),
        JsonCallState.Value => ReadValue(next),
        JsonCallState.Arguments => ReadArguments(next),
        _ => ReadBehind(next),
    };

    private CallStep ReadStart(char next)
    {
        switch (next)
        {
            case '{':
                (_name, _arguments, _isCalled) = (null, null, false);
                return GoTo(JsonCallState.Member);
            case '[' when !_inList && _name is null:
                _inList = true;
                return CallStep.More;
            case ']' when _inList:
                return GoTo(JsonCallState.After);
            case var _ when char.IsWhiteSpace(next):
                return CallStep.More;
            case var _ when style.NamesFirst && (char.IsAsciiLetterOrDigit(next) || next is '_' or '-'):
                _text.Clear().Append(next);
                return GoTo(JsonCallState.Name);
            default:
                return CallStep.Over;
        }
    }

    // A name, perhaps marks such as [CALL_ID]x[ARGS], and the arguments.
    private CallStep ReadName(char next)
    {
        if (next != '{')
        {
            _text.Append(next);
            return _text.Length <= MaxNameLength ? CallStep.More : CallStep.Over;
        }

        var text = _text.ToString();
        var name = text.Split('[')[0].Trim();
        if (name.Length < text.TrimEnd().Length && !text.TrimEnd().EndsWith("[ARGS]", StringComparison.Ordinal))
        {
            return CallStep.Over;
        }

        _name = name;
        return BeginArguments(next);
    }

    private CallStep ReadMember(char next)
    {
        switch (next)
        {
            case ',':
            case var _ when char.IsWhiteSpace(next):
                return CallStep.More;
            case '"':
                BeginText(next);
                return GoTo(JsonCallState.Key);
            case '}':
                return EndObject();
            default:
                return CallStep.Over;
        }
    }

    private CallStep ReadKey(char next)
    {
        _text.Append(next);
        if (!_end.Read(next))
        {
            return CallStep.More;
        }

        _key = ToolArguments.ReadString(_text.ToString());
        return GoTo(JsonCallState.Colon);
    }

    private CallStep ReadColon(char next)
    {
        if (next == ':' && _key is not null)
        {
            _text.Clear();
            return GoTo(JsonCallState.Value);
        }

        return char.IsWhiteSpace(next) ? CallStep.More : CallStep.Over;
    }

    private CallStep ReadValue(char next)
    {
        if (_text.Length == 0)
        {
            return BeginValue(next);
        }

        if (_isBare && (next is ',' or '}' or ']' || char.IsWhiteSpace(next)))
        {
            _state = JsonCallState.Member;
            return TakeValue() ? ReadMember(next) : CallStep.Over;
        }

        _text.Append(next);
        if (_isBare || !_end.Read(next))
        {
            return CallStep.More;
        }

        return TakeValue() ? GoTo(JsonCallState.Member) : CallStep.Over;
    }

    private CallStep BeginValue(char next)
    {
        if (char.IsWhiteSpace(next))
        {
            return CallStep.More;
        }

        if (next == '{' && IsArguments && _name is not null && !_isCalled)
        {
            return BeginArguments(next);
        }

        BeginText(next);
        _isBare = next is not ('{' or '[' or '"');
        return next is ',' or '}' or ']' ? CallStep.Over : CallStep.More;
    }

    private bool IsArguments => _key is "arguments" or "parameters";

    /// <summary>Takes a value that is whole; false where the object is no call.</summary>
    private bool TakeValue()
    {
        var text = _text.ToString();
        if (_key == "name")
        {
            _name = ToolArguments.ReadString(text);
            return _name is not null;
        }

        if (IsArguments && !_isCalled)
        {
            _arguments = text == "null" ? "{}" : text[0] == '"' ? ToolArguments.ReadString(text)?.Trim() : text;
            return _arguments is not null && ToolArguments.IsObject(_arguments);
        }

        return true;
    }

    private CallStep BeginArguments(char next)
    {
        Calls.Begin(_name!);
        _isCalled = true;
        _end = default;
        _state = JsonCallState.Arguments;
        return ReadArguments(next);
    }

    private CallStep ReadArguments(char next)
    {
        Calls.Append(next);
        if (_end.Read(next))
        {
            Calls.End();
            _state = _key is null ? JsonCallState.After : JsonCallState.Member;
        }

        return CallStep.More;
    }

    private CallStep EndObject()
    {
        if (!_isCalled)
        {
            if (_name is null || (_arguments is null && style.NeedsArguments))
            {
                return CallStep.Over;
            }

            Calls.Begin(_name);
            Calls.Append(_arguments ?? "{}");
            Calls.End();
        }

        return GoTo(JsonCallState.After);
    }

    private CallStep ReadBehind(char next)
    {
        if (Held.Length == 0)
        {
            switch (next)
            {
                case ',' when _inList:
                case ';' when style.HasSeparator:
                    return GoTo(JsonCallState.Start);
                case ']' or '}':
                    // One too many is a usual slip.
                    _inList = false;
                    return CallStep.More;
            }
        }

        return ReadBehind(next, style.Ends);
    }

    private void BeginText(char next)
    {
        _text.Clear().Append(next);
        _end = default;
        _end.Read(next);
    }

    private CallStep GoTo(JsonCallState state)
    {
        _state = state;
        return CallStep.More;
    }
}
