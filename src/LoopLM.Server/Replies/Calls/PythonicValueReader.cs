using System.Globalization;
using System.Text;

namespace LoopLM.Server.Replies.Calls;

/// <summary>
/// Reads a literal of Python and writes it as JSON as it comes: strings, numbers, True, False, None, lists, tuples and dictionaries.
/// A word that is none of them becomes a string, and so does a key.
/// </summary>
/// <param name="json">Takes the JSON.</param>
internal sealed class PythonicValueReader(CallParts json)
{
    private const int MaxDepth = 64;
    private const int MaxWordLength = 1024;

    private readonly Stack<char> _closers = [];
    private readonly StringBuilder _word = new();
    private PythonicValueState _state;
    private char _quote;
    private int _digits;
    private bool _isKey;
    private bool _mayClose;
    private bool _needsComma;

    /// <summary>Whether the value is complete.</summary>
    public bool IsWhole => _state == PythonicValueState.After && _closers.Count == 0;

    /// <summary>Reads one more character; false where it belongs to no value, or not to this one.</summary>
    public bool Read(char next)
    {
        switch (_state)
        {
            case PythonicValueState.Before:
                return char.IsWhiteSpace(next) || TryBegin(next);
            case PythonicValueState.Text:
                ReadText(next);
                return true;
            case PythonicValueState.Escape:
                ReadEscape(next);
                return true;
            case PythonicValueState.Digits:
                ReadDigit(next);
                return true;
            case PythonicValueState.Word:
                return ReadWord(next);
            default:
                return ReadBehind(next);
        }
    }

    private bool TryBegin(char next)
    {
        if (_mayClose && _closers.TryPeek(out var closer) && next == closer)
        {
            return Close();
        }

        if (next is ',' or ':' or '=' or ')' or ']' or '}')
        {
            return false;
        }

        var opens = next is '[' or '(' or '{';
        if (opens && (_isKey || _closers.Count == MaxDepth))
        {
            return false;
        }

        json.Append(_needsComma ? ", " : "");
        _needsComma = false;
        if (opens)
        {
            _closers.Push(next == '[' ? ']' : next == '(' ? ')' : '}');
            json.Append(next == '{' ? '{' : '[');
            (_isKey, _mayClose) = (next == '{', true);
        }
        else if (next is '"' or '\'')
        {
            json.Append('"');
            (_quote, _state) = (next, PythonicValueState.Text);
        }
        else
        {
            _word.Clear().Append(next);
            _state = PythonicValueState.Word;
        }

        return true;
    }

    private void ReadText(char next)
    {
        if (next == _quote)
        {
            json.Append('"');
            _state = PythonicValueState.After;
        }
        else if (next == '\\')
        {
            _state = PythonicValueState.Escape;
        }
        else
        {
            json.AppendInString(next);
        }
    }

    private void ReadEscape(char next)
    {
        _digits = next switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        _state = _digits > 0 ? PythonicValueState.Digits : PythonicValueState.Text;
        _word.Clear().Append(_digits > 0 ? next.ToString() : "");
        var known = "ntrbfav0".IndexOf(next, StringComparison.Ordinal);
        if (known >= 0)
        {
            json.AppendInString("\n\t\r\b\f\a\v\0"[known]);
        }
        else if (_digits == 0 && next != '\n')
        {
            // After a backslash that escapes nothing, Python keeps both; JSON's escape of a slash is understood, too.
            json.Append(next is '\\' or '\'' or '"' or '/' ? "" : "\\\\");
            json.AppendInString(next);
        }
    }

    private void ReadDigit(char next)
    {
        if (!char.IsAsciiHexDigit(next))
        {
            json.AppendInString('\\');
            WriteInString(_word.ToString());
            _state = PythonicValueState.Text;
            ReadText(next);
            return;
        }

        _word.Append(next);
        if (_word.Length <= _digits)
        {
            return;
        }

        _state = PythonicValueState.Text;
        var value = uint.Parse(_word.ToString(1, _digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (value is >= 0xD800 and <= 0xDFFF)
        {
            // Half of a pair, whose other half comes as another escape.
            json.Append(string.Create(CultureInfo.InvariantCulture, $"\\u{value:x4}"));
        }
        else
        {
            WriteInString((Rune.IsValid(value) ? new Rune(value) : Rune.ReplacementChar).ToString());
        }
    }

    private bool ReadWord(char next)
    {
        if (next is ',' or ':' or ')' or ']' or '}' || char.IsWhiteSpace(next))
        {
            WriteWord(_word.ToString());
            _state = PythonicValueState.After;
            return ReadBehind(next);
        }

        _word.Append(next);
        return _word.Length <= MaxWordLength && next is not ('(' or '[' or '{' or '"' or '\'');
    }

    private bool ReadBehind(char next)
    {
        if (!_closers.TryPeek(out var closer))
        {
            return char.IsWhiteSpace(next);
        }

        switch (next)
        {
            case ':' when _isKey:
                json.Append(": ");
                (_isKey, _mayClose, _state) = (false, false, PythonicValueState.Before);
                return true;
            case ',' when !_isKey:
                (_isKey, _mayClose, _needsComma, _state) = (closer == '}', true, true, PythonicValueState.Before);
                return true;
            case var _ when next == closer && !_isKey:
                return Close();
            default:
                return char.IsWhiteSpace(next);
        }
    }

    private bool Close()
    {
        json.Append(_closers.Pop() == '}' ? '}' : ']');
        (_isKey, _needsComma, _state) = (false, false, PythonicValueState.After);
        return true;
    }

    private void WriteWord(string word)
    {
        var value = word switch { "True" => "true", "False" => "false", "None" => "null", _ => Number(word) };
        if (!_isKey && ToolArguments.IsJson(value))
        {
            json.Append(value);
        }
        else
        {
            json.AppendString(word);
        }
    }

    /// <summary>A number of Python as JSON writes it; what is no number stays what it is.</summary>
    private static string Number(string word)
    {
        var number = word.Replace("_", "", StringComparison.Ordinal).TrimStart('+');
        var sign = number.StartsWith('-') ? "-" : "";
        var digits = number[sign.Length..];
        digits = digits.StartsWith('.') ? "0" + digits : digits;
        digits = digits.EndsWith('.') ? digits + "0" : digits;
        return ToolArguments.IsJson(sign + digits) ? sign + digits : word;
    }

    private void WriteInString(string text)
    {
        foreach (var unit in text)
        {
            json.AppendInString(unit);
        }
    }
}
