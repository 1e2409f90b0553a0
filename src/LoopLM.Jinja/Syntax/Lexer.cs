using System.Text;
using LoopLM.Jinja.Execution.Texts;

namespace LoopLM.Jinja.Syntax;

/// <summary>Cuts a template into tokens. White space beside tags goes here, as <c>trim_blocks</c>, <c>lstrip_blocks</c> and the signs - and + say.</summary>
internal sealed class Lexer(string source)
{
    /// <summary>Longest first.</summary>
    private static readonly string[] s_operators =
    [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",",
    ];

    private readonly List<Token> _tokens = [];
    private int _at;

    /// <summary>Whether the last tag took a line end along, so that what follows begins a line.</summary>
    private bool _lineStart = true;

    /// <summary>The tokens, the last of which is <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="JinjaFault">The template is malformed.</exception>
    public IReadOnlyList<Token> Read()
    {
        while (_at < source.Length)
        {
            var open = FindOpening(_at);
            ReadData(open);
            if (open == source.Length)
            {
                break;
            }

            switch (source[open + 1])
            {
                case '#':
                    ReadComment(open);
                    break;
                case '%' when IsRaw(open, "raw", out var end):
                    ReadRaw(end);
                    break;
                case '%':
                    ReadTag(open, TokenKind.TagOpen, TokenKind.TagClose, "%}");
                    break;
                default:
                    ReadTag(open, TokenKind.OutputOpen, TokenKind.OutputClose, "}}");
                    break;
            }
        }

        _tokens.Add(new(TokenKind.End, "", source.Length));
        return _tokens;
    }

    private int FindOpening(int from)
    {
        while (source.IndexOf('{', from) is >= 0 and var found && found + 1 < source.Length)
        {
            if (source[found + 1] is '%' or '{' or '#')
            {
                return found;
            }

            from = found + 1;
        }

        return source.Length;
    }

    private void ReadData(int end)
    {
        var text = source.AsSpan(_at, end - _at);
        if (end < source.Length)
        {
            text = TrimBefore(text, end);
        }

        if (text.Length > 0)
        {
            _tokens.Add(new(TokenKind.Data, text.ToString(), _at));
        }

        _at = end;
    }

    private ReadOnlySpan<char> TrimBefore(ReadOnlySpan<char> text, int open)
    {
        var sign = open + 2 < source.Length ? source[open + 2] : ' ';
        if (sign == '-')
        {
            while (text.Length > 0 && Spaces.IsSpace(text[^1]))
            {
                text = text[..^1];
            }

            return text;
        }

        var line = text.LastIndexOf('\n') + 1;
        return sign != '+' && source[open + 1] != '{' && (line > 0 || _lineStart) && IsSpace(text[line..]) ? text[..line] : text;
    }

    private static bool IsSpace(ReadOnlySpan<char> text)
    {
        foreach (var each in text)
        {
            if (!Spaces.IsSpace(each))
            {
                return false;
            }
        }

        return true;
    }

    private void ReadComment(int open)
    {
        var end = source.IndexOf("#}", open + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Fault(open, "The comment that begins here has no end '#}'.");
        }

        SkipAfter(end, end > open + 2 ? source[end - 1] : ' ', trimLine: true);
    }

    /// <summary>Moves behind a closing tag and the white space that it takes along.</summary>
    private void SkipAfter(int close, char sign, bool trimLine)
    {
        _at = close + 2;
        if (sign == '-')
        {
            while (_at < source.Length && Spaces.IsSpace(source[_at]))
            {
                _at++;
            }
        }
        else if (trimLine && sign != '+' && _at < source.Length && source[_at] == '\n')
        {
            _at++;
        }

        _lineStart = source[_at - 1] == '\n';
    }

    /// <summary>Whether a tag that holds one word alone stands here; it is looked for before tags are cut into tokens.</summary>
    private bool IsRaw(int open, string word, out int end)
    {
        var at = open + 2;
        at += at < source.Length && source[at] is '-' or '+' ? 1 : 0;
        SkipSpace();
        var found = string.CompareOrdinal(source, at, word, 0, word.Length) == 0;
        at = Math.Min(at + word.Length, source.Length);
        SkipSpace();
        at += at < source.Length && source[at] is '-' or '+' ? 1 : 0;
        end = at;
        return found && string.CompareOrdinal(source, at, "%}", 0, 2) == 0;

        void SkipSpace()
        {
            while (at < source.Length && Spaces.IsSpace(source[at]))
            {
                at++;
            }
        }
    }

    private void ReadRaw(int close)
    {
        SkipAfter(close, source[close - 1], trimLine: false);
        var start = _at;
        for (var open = FindOpening(start); open < source.Length; open = FindOpening(open + 1))
        {
            if (source[open + 1] == '%' && IsRaw(open, "endraw", out var end))
            {
                ReadData(open);
                SkipAfter(end, source[end - 1], trimLine: true);
                return;
            }
        }

        throw Fault(start, "The raw block that begins here has no {% endraw %}.");
    }

    private void ReadTag(int open, TokenKind openKind, TokenKind closeKind, string close)
    {
        _tokens.Add(new(openKind, source.Substring(open, 2), open));
        _at = open + 2;
        if (_at < source.Length && source[_at] is '-' or '+')
        {
            _at++;
        }

        // A closing tag counts only outside of brackets: {{ {"a": {}} }}.
        var brackets = 0;
        while (true)
        {
            while (_at < source.Length && Spaces.IsSpace(source[_at]))
            {
                _at++;
            }

            if (_at == source.Length)
            {
                throw Fault(open, $"The tag that begins here has no end '{close}'.");
            }

            if (brackets == 0 && IsClose(close, out var sign))
            {
                _tokens.Add(new(closeKind, close, _at));
                SkipAfter(_at + (sign == ' ' ? 0 : 1), sign, trimLine: closeKind == TokenKind.TagClose);
                return;
            }

            ReadToken();
            brackets += _tokens[^1] is { Kind: TokenKind.Operator, Text: var text } ? Nesting(text) : 0;
        }
    }

    private static int Nesting(string text) => text switch
    {
        "(" or "[" or "{" => 1,
        ")" or "]" or "}" => -1,
        _ => 0,
    };

    private bool IsClose(string close, out char sign)
    {
        sign = source[_at] is '-' or '+' && string.CompareOrdinal(source, _at + 1, close, 0, 2) == 0 ? source[_at] : ' ';
        return sign != ' ' || string.CompareOrdinal(source, _at, close, 0, 2) == 0;
    }

    private void ReadToken()
    {
        var start = _at;
        var first = source[start];
        if (first is '"' or '\'')
        {
            _tokens.Add(new(TokenKind.String, ReadString(first), start));
        }
        else if (char.IsAsciiDigit(first))
        {
            ReadNumber();
        }
        else if (first == '_' || char.IsLetter(first))
        {
            Skip(each => each == '_' || char.IsLetterOrDigit(each));
            _tokens.Add(new(TokenKind.Name, source[start.._at], start));
        }
        else
        {
            var found = Array.Find(s_operators, each => string.CompareOrdinal(source, start, each, 0, each.Length) == 0)
                ?? throw Fault(start, $"'{first}' means nothing in a tag.");
            _at += found.Length;
            _tokens.Add(new(TokenKind.Operator, found, start));
        }
    }

    private void ReadNumber()
    {
        var start = _at;
        var kind = TokenKind.Integer;
        if (source[_at] == '0' && _at + 1 < source.Length && char.ToLowerInvariant(source[_at + 1]) is 'x' or 'o' or 'b')
        {
            _at += 2;
            Skip(each => each == '_' || char.IsAsciiHexDigit(each));
            _tokens.Add(new(kind, source[start.._at], start));
            return;
        }

        Skip(IsDigit);

        // Behind a point a number is an index: list.0.1.
        var isIndex = _tokens[^1] is { Kind: TokenKind.Operator, Text: "." };
        if (!isIndex && _at + 1 < source.Length && source[_at] == '.' && char.IsAsciiDigit(source[_at + 1]))
        {
            kind = TokenKind.Float;
            _at++;
            Skip(IsDigit);
        }

        if (!isIndex && ExponentMark() is > 0 and var length)
        {
            kind = TokenKind.Float;
            _at += length;
            Skip(IsDigit);
        }

        _tokens.Add(new(kind, source[start.._at].Replace("_", "", StringComparison.Ordinal), start));
    }

    /// <summary>Chars of the mark and the sign before an exponent's digits; 0 where there is none. A mark without digits is a name.</summary>
    private int ExponentMark()
    {
        var length = _at < source.Length && source[_at] is 'e' or 'E' ? 1 : 0;
        length += length > 0 && _at + 1 < source.Length && source[_at + 1] is '+' or '-' ? 1 : 0;
        return length > 0 && _at + length < source.Length && char.IsAsciiDigit(source[_at + length]) ? length : 0;
    }

    private static bool IsDigit(char value) => value == '_' || char.IsAsciiDigit(value);

    private void Skip(Predicate<char> belongs)
    {
        while (_at < source.Length && belongs(source[_at]))
        {
            _at++;
        }
    }

    private string ReadString(char quote)
    {
        var start = _at++;
        var value = new StringBuilder();
        while (_at < source.Length && source[_at] != quote)
        {
            if (source[_at] == '\\' && _at + 1 < source.Length)
            {
                ReadEscape(value);
            }
            else
            {
                value.Append(source[_at++]);
            }
        }

        if (_at == source.Length)
        {
            throw Fault(start, "The string that begins here has no end.");
        }

        _at++;
        return value.ToString();
    }

    private void ReadEscape(StringBuilder value)
    {
        var escape = source[_at + 1];
        _at += 2;
        switch (escape)
        {
            case 'n' or 't' or 'r' or 'a' or 'b' or 'f' or 'v':
                value.Append("\n\t\r\a\b\f\v"["ntrabfv".IndexOf(escape, StringComparison.Ordinal)]);
                break;
            case >= '0' and <= '7':
                value.Append(ReadOctal());
                break;
            case 'N':
                throw Fault(_at - 2, "Characters cannot be named here; write \\u and four hexadecimal digits.");
            case 'x' or 'u' or 'U':
                value.Append(ReadCodePoint(escape switch { 'x' => 2, 'u' => 4, _ => 8 }));
                break;
            case '\\' or '\'' or '"':
                value.Append(escape);
                break;
            case '\n':
                break;
            default:
                value.Append('\\').Append(escape);
                break;
        }
    }

    private char ReadOctal()
    {
        var start = _at - 1;
        while (_at < source.Length && _at < start + 3 && source[_at] is >= '0' and <= '7')
        {
            _at++;
        }

        return (char)Convert.ToInt32(source[start.._at], 8);
    }

    private string ReadCodePoint(int digits)
    {
        var hex = source.AsSpan(_at, Math.Min(digits, source.Length - _at));
        if (hex.Length < digits
            || !int.TryParse(hex, System.Globalization.NumberStyles.AllowHexSpecifier, null, out var code)
            || code is < 0 or > 0x10FFFF)
        {
            throw Fault(_at - 2, $"The escape needs {digits} hexadecimal digits of a Unicode character.");
        }

        _at += digits;
        return code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32(code);
    }

    private static JinjaFault Fault(int offset, string message) => new(JinjaErrorKind.Syntax, message, offset);
}
