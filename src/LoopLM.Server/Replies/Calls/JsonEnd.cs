namespace LoopLM.Server.Replies.Calls;

/// <summary>Finds where a JSON object, list or string ends, of which it is given every character.</summary>
internal struct JsonEnd
{
    private int _depth;
    private bool _inString;
    private bool _isEscaped;

    /// <summary>Whether a character is the last.</summary>
    public bool Read(char next)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
        }
        else if (_inString)
        {
            _isEscaped = next == '\\';
            _inString = next != '"';
            return !_inString && _depth == 0;
        }
        else if (next is '{' or '[')
        {
            _depth++;
        }
        else if (next is '}' or ']')
        {
            return --_depth == 0;
        }
        else
        {
            _inString = next == '"';
        }

        return false;
    }
}
