namespace LoopLM.Jinja.Syntax;

/// <summary>Walks through tokens.</summary>
internal sealed class TokenReader(IReadOnlyList<Token> tokens)
{
    /// <summary>How deep a template may be nested; the parser's own stack is what it protects.</summary>
    private const int MaxDepth = 100;

    private int _at;
    private int _depth;

    public Token Current => tokens[_at];

    /// <summary>How many tokens are read.</summary>
    public int Position => _at;

    public Token Next() => _at < tokens.Count - 1 ? tokens[_at++] : tokens[_at];

    public bool IsOperator(string text) => Current.Kind == TokenKind.Operator && Current.Text == text;

    public bool IsName(string text) => Current.Kind == TokenKind.Name && Current.Text == text;

    /// <summary>Whether the next token but one is this name.</summary>
    public bool IsFollowedByName(string text) => tokens[Math.Min(_at + 1, tokens.Count - 1)] is { Kind: TokenKind.Name, Text: var name } && name == text;

    /// <summary>Whether the next token but one is this operator.</summary>
    public bool IsFollowedByOperator(string text) => tokens[Math.Min(_at + 1, tokens.Count - 1)] is { Kind: TokenKind.Operator, Text: var sign } && sign == text;

    /// <summary>Whether a variable of this name was read since a position.</summary>
    public bool HasRead(string name, int since)
    {
        for (var i = since; i < _at; i++)
        {
            if (tokens[i] is { Kind: TokenKind.Name, Text: var text } && text == name && tokens[i - 1] is not { Kind: TokenKind.Operator, Text: "." })
            {
                return true;
            }
        }

        return false;
    }

    public bool TryOperator(string text) => TryTake(IsOperator(text));

    public bool TryName(string text) => TryTake(IsName(text));

    public Token Expect(TokenKind kind, string right) => Current.Kind == kind ? Next() : throw Unexpected(right);

    public void ExpectOperator(string text)
    {
        if (!TryOperator(text))
        {
            throw Unexpected($"'{text}'");
        }
    }

    /// <summary>Parses something nested.</summary>
    public T Nest<T>(Func<T> parse)
    {
        if (++_depth > MaxDepth)
        {
            throw Fault(Current, $"The template is nested deeper than {MaxDepth} levels.");
        }

        var result = parse();
        _depth--;
        return result;
    }

    public JinjaFault Unexpected(string right) => Fault(Current, $"Found {Current.Description}; expected {right}.");

    public static JinjaFault Fault(in Token token, string message) => new(JinjaErrorKind.Syntax, message, token.Offset);

    private bool TryTake(bool matches)
    {
        if (matches)
        {
            Next();
        }

        return matches;
    }
}
