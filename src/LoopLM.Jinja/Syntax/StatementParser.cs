namespace LoopLM.Jinja.Syntax;

/// <summary>Parses a template.</summary>
internal sealed class StatementParser
{
    /// <summary>The variable that holds a rendered body; no template can name it.</summary>
    public const string Captured = "(captured)";

    private readonly TokenReader _tokens;
    private readonly ExpressionParser _expressions;
    private readonly HashSet<string> _blocks = [];
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
        return _tokens.Current.Kind != TokenKind.End ? throw _tokens.Unexpected("the end of the template")
            : _expressions.Unknown is { } unknown ? throw unknown
            : body;
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
            "if" => _expressions.ParseUnreached(() => ParseIf(tag.Offset)),
            "for" => _expressions.ParseUnreached(() => ParseFor(tag.Offset)),
            "macro" => _expressions.ParseUnreached(() => ParseMacro(tag.Offset)),
            "call" => _expressions.ParseUnreached(() => ParseCall(tag.Offset)),
            "set" => ParseSet(tag.Offset),
            "print" => ParsePrint(tag.Offset),
            "with" => ParseWith(tag.Offset),
            "filter" => ParseFilter(tag.Offset),
            "block" => ParseNamedBlock(tag.Offset),
            "autoescape" => new Statement.Autoescape(tag.Offset, _expressions.Parse(), ParseBlock("endautoescape")),
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
        var target = ParseTarget();
        if (!_tokens.TryName("in"))
        {
            throw _tokens.Unexpected("'in'");
        }

        var items = _expressions.ParseTupleWithoutCondition();
        var condition = _tokens.TryName("if") ? _expressions.Parse() : null;
        var isRecursive = _tokens.TryName("recursive");
        CloseTag();
        _loops++;
        var body = ParseBody("else", "endfor");
        _loops--;
        return new(offset, target, items, condition, isRecursive, body, ParseElse(_tokens.Next(), "endfor"));
    }

    /// <summary>Parses what takes a value; a comma makes several of it.</summary>
    private AssignTarget ParseTarget()
    {
        var first = ParseOneTarget();
        if (!_tokens.IsOperator(","))
        {
            return first;
        }

        var targets = new List<AssignTarget> { first };
        while (_tokens.TryOperator(",") && (_tokens.Current.Kind == TokenKind.Name ? !_tokens.IsName("in") : _tokens.IsOperator("(")))
        {
            targets.Add(ParseOneTarget());
        }

        return new AssignTarget.Several(targets);
    }

    private AssignTarget ParseOneTarget()
    {
        if (_tokens.TryOperator("("))
        {
            var inner = _tokens.Nest(ParseTarget);
            _tokens.ExpectOperator(")");
            return inner;
        }

        var token = _tokens.Current;
        var name = ParseName();
        return name is "true" or "false" or "none" or "True" or "False" or "None" ? throw TokenReader.Fault(token, $"'{name}' cannot be set.")
            : _tokens.TryOperator(".") ? new AssignTarget.Member(name, ParseName())
            : new AssignTarget.Variable(name);
    }

    private string ParseName() => _tokens.Expect(TokenKind.Name, "a name").Text;

    private Statement ParseSet(int offset)
    {
        var target = ParseTarget();
        if (_tokens.TryOperator("="))
        {
            var value = _expressions.ParseTuple();
            CloseTag();
            return new Statement.Set(offset, target, value);
        }

        if (target is AssignTarget.Several)
        {
            throw _tokens.Unexpected("'='");
        }

        var captured = _expressions.ParseFilters(new Expression.Variable(offset, Captured), first: false);
        return new Statement.Capture(offset, target, ParseBlock("endset"), captured);
    }

    private Statement.Group ParsePrint(int offset)
    {
        var outputs = new List<Statement>();
        while (_tokens.Current.Kind != TokenKind.TagClose)
        {
            if (outputs.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            outputs.Add(new Statement.Output(_tokens.Current.Offset, _expressions.Parse()));
        }

        CloseTag();
        return new(offset, outputs);
    }

    private Statement.With ParseWith(int offset)
    {
        var assignments = new List<(AssignTarget, Expression)>();
        while (_tokens.Current.Kind != TokenKind.TagClose)
        {
            if (assignments.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            var target = ParseTarget();
            _tokens.ExpectOperator("=");
            assignments.Add((target, _expressions.Parse()));
        }

        return new(offset, assignments, ParseBlock("endwith"));
    }

    private Statement.Block ParseNamedBlock(int offset)
    {
        var start = _tokens.Current;
        var name = ParseName();
        if (!_blocks.Add(name))
        {
            throw TokenReader.Fault(start, $"There are two blocks '{name}'.");
        }

        var isScoped = _tokens.TryName("scoped");
        CloseTag();
        var loops = _loops;
        _loops = 0;
        var body = ParseBody("endblock");
        _loops = loops;
        _tokens.Next();
        _tokens.TryName(name);
        CloseTag();
        return new(offset, isScoped, body);
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
        var (loops, start) = (_loops, _tokens.Position);
        _loops = 0;
        var body = ParseBlock(end);
        _loops = loops;
        return new(offset, name, parameters, body, _tokens.HasRead("varargs", start), _tokens.HasRead("kwargs", start));
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

            var start = _tokens.Current;
            var name = ParseName();
            var value = _tokens.TryOperator("=") ? _expressions.Parse() : null;
            if (value is null && parameters is [.., { Default: not null }])
            {
                throw TokenReader.Fault(start, $"The parameter '{name}' has no default but stands behind one that has.");
            }

            parameters.Add(new(name, value));
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
