namespace LoopLM.Text.Jinja.Syntax;

/// <summary>Parses a template.</summary>
internal sealed class StatementParser
{
    /// <summary>The variable that holds a rendered body; no template can name it.</summary>
    public const string Captured = "(captured)";

    private readonly TokenReader _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    public StatementParser(IReadOnlyList<Token> tokens)
    {
        _tokens = new TokenReader(tokens);
        _expressions = new ExpressionParser(_tokens);
    }

    /// <summary>Parses all.</summary>
    /// <exception cref="JinjaFault">The template is malformed.</exception>
    public IReadOnlyList<Statement> Parse()
    {
        var body = ParseBody();
        return _tokens.Current.Kind == TokenKind.End ? body : throw _tokens.Unexpected("the end of the template");
    }

    /// <summary>Parses until the end, or until a tag of one of these names, whose name is then the current token.</summary>
    private List<Statement> ParseBody(params string[] ends)
    {
        var body = new List<Statement>();
        while (true)
        {
            var token = _tokens.Current;
            switch (token.Kind)
            {
                case TokenKind.End when ends.Length == 0:
                    return body;
                case TokenKind.Data:
                    body.Add(new Statement.Data(token.Offset, MarkedText.OfTemplate(_tokens.Next().Text)));
                    break;
                case TokenKind.OutputOpen:
                    _tokens.Next();
                    body.Add(new Statement.Output(token.Offset, _expressions.ParseTuple()));
                    _tokens.Expect(TokenKind.OutputClose, "'}}'");
                    break;
                case TokenKind.TagOpen:
                    _tokens.Next();
                    if (_tokens.Current.Kind == TokenKind.Name && ends.Contains(_tokens.Current.Text))
                    {
                        return body;
                    }

                    body.Add(_tokens.Nest(ParseTag));
                    break;
                default:
                    throw _tokens.Unexpected(string.Join(" or ", ends.Select(end => $"{{% {end} %}}")));
            }
        }
    }

    private Statement ParseTag()
    {
        var tag = _tokens.Expect(TokenKind.Name, "the name of a tag");
        return tag.Text switch
        {
            "if" => ParseIf(tag.Offset),
            "for" => ParseFor(tag.Offset),
            "set" => ParseSet(tag.Offset),
            "macro" => ParseMacro(tag.Offset),
            "call" => ParseCall(tag.Offset),
            "filter" => ParseFilter(tag.Offset),
            "generation" => new Statement.Group(tag.Offset, ParseBlock("endgeneration")),
            "break" => ParseJump(tag, new Statement.Break(tag.Offset)),
            "continue" => ParseJump(tag, new Statement.Continue(tag.Offset)),
            _ => throw TokenReader.Fault(tag, $"There is no tag '{tag.Text}' here."),
        };
    }

    private void CloseTag() => _tokens.Expect(TokenKind.TagClose, "'%}'");

    /// <summary>Parses the rest of an opening tag, a body and its closing tag.</summary>
    private List<Statement> ParseBlock(string end)
    {
        CloseTag();
        var body = ParseBody(end);
        _tokens.Next();
        CloseTag();
        return body;
    }

    private Statement.If ParseIf(int offset)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        Token end;
        do
        {
            var condition = _expressions.ParseTuple();
            CloseTag();
            branches.Add((condition, ParseBody("elif", "else", "endif")));
            end = _tokens.Next();
        }
        while (end.Text == "elif");

        return new(offset, branches, ParseElse(end, "endif"));
    }

    /// <summary>Parses what follows the word else, if that is what ended a body, and the closing tag.</summary>
    private List<Statement> ParseElse(Token end, string close)
    {
        if (end.Text == "else")
        {
            return ParseBlock(close);
        }

        CloseTag();
        return [];
    }

    private Statement.For ParseFor(int offset)
    {
        var targets = ParseNames();
        if (!_tokens.TryName("in"))
        {
            throw _tokens.Unexpected("'in'");
        }

        var items = _expressions.ParseWithoutCondition();
        var condition = _tokens.TryName("if") ? _expressions.Parse() : null;
        if (_tokens.IsName("recursive"))
        {
            throw _tokens.Unexpected("'%}': a loop cannot be recursive here");
        }

        CloseTag();
        _loops++;
        var body = ParseBody("else", "endfor");
        _loops--;
        return new(offset, targets, items, condition, body, ParseElse(_tokens.Next(), "endfor"));
    }

    private List<string> ParseNames()
    {
        var bracket = _tokens.TryOperator("(");
        var names = new List<string> { ParseName() };
        while (_tokens.TryOperator(","))
        {
            names.Add(ParseName());
        }

        if (bracket)
        {
            _tokens.ExpectOperator(")");
        }

        return names;
    }

    private string ParseName() => _tokens.Expect(TokenKind.Name, "a name").Text;

    private Statement ParseSet(int offset)
    {
        var targets = ParseNames();
        if (targets.Count == 1 && _tokens.TryOperator("."))
        {
            var member = ParseName();
            _tokens.ExpectOperator("=");
            var value = ParseValue();
            return new Statement.SetMember(offset, targets[0], member, value);
        }

        if (_tokens.TryOperator("="))
        {
            return new Statement.Set(offset, targets, ParseValue());
        }

        if (targets.Count > 1)
        {
            throw _tokens.Unexpected("'='");
        }

        var captured = _expressions.ParseFilters(new Expression.Variable(offset, Captured), first: false);
        return new Statement.Capture(offset, targets[0], ParseBlock("endset"), captured);
    }

    private Expression ParseValue()
    {
        var value = _expressions.ParseTuple();
        CloseTag();
        return value;
    }

    private Statement.Capture ParseFilter(int offset)
    {
        var filtered = _expressions.ParseFilters(new Expression.Variable(offset, Captured), first: true);
        return new(offset, null, ParseBlock("endfilter"), filtered);
    }

    private Statement.Macro ParseMacro(int offset)
    {
        var name = ParseName();
        return ParseMacroBody(offset, name, ParseParameters(), "endmacro");
    }

    private Statement.Macro ParseMacroBody(int offset, string name, IReadOnlyList<MacroParameter> parameters, string end)
    {
        var loops = _loops;
        _loops = 0;
        var body = ParseBlock(end);
        _loops = loops;
        return new(offset, name, parameters, body);
    }

    private List<MacroParameter> ParseParameters()
    {
        var parameters = new List<MacroParameter>();
        _tokens.ExpectOperator("(");
        while (!_tokens.TryOperator(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            var name = ParseName();
            parameters.Add(new(name, _tokens.TryOperator("=") ? _expressions.Parse() : null));
        }

        return parameters;
    }

    private Statement.CallBlock ParseCall(int offset)
    {
        var parameters = _tokens.IsOperator("(") ? ParseParameters() : [];
        var start = _tokens.Current;
        var call = _expressions.Parse() as Expression.Call ?? throw TokenReader.Fault(start, "A call block must call a macro.");
        return new(offset, call, ParseMacroBody(offset, "caller", parameters, "endcall"));
    }

    private Statement ParseJump(Token tag, Statement jump)
    {
        if (_loops == 0)
        {
            throw TokenReader.Fault(tag, $"'{tag.Text}' stands outside of a loop.");
        }

        CloseTag();
        return jump;
    }
}
