using System.Globalization;
using System.Text;
using LoopLM.Jinja.Execution;
using LoopLM.Jinja.Execution.Filters;
using LoopLM.Jinja.Execution.Numbers;

namespace LoopLM.Jinja.Syntax;

/// <summary>Parses expressions by recursive descent, with the precedence of Jinja: filters and tests bind closest, then <c>**</c>, signs, products, <c>~</c>, sums, comparisons, not, and, or, if.</summary>
internal sealed class ExpressionParser(TokenReader tokens)
{
    private static readonly string[] s_comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>Filters and tests that are not there, but those that may never be reached.</summary>
    private readonly List<JinjaFault> _unknown = [];

    /// <summary>The first filter or test that is not there and will be reached; null where there is none.</summary>
    public JinjaFault? Unknown => _unknown.FirstOrDefault();

    /// <summary>Parses something that a rendering may never reach.</summary>
    public T ParseUnreached<T>(Func<T> parse)
    {
        var known = _unknown.Count;
        var parsed = parse();
        _unknown.RemoveRange(known, _unknown.Count - known);
        return parsed;
    }

    /// <summary>Parses one expression; a comma makes no tuple.</summary>
    public Expression Parse() => tokens.Nest(ParseConditional);

    /// <summary>Parses an expression or several with commas between, which are a tuple.</summary>
    public Expression ParseTuple() => ParseTuple(Parse);

    /// <summary>Parses expressions without if: what a loop runs over, so that a condition may follow.</summary>
    public Expression ParseTupleWithoutCondition() => ParseTuple(() => tokens.Nest(ParseOr));

    private Expression ParseTuple(Func<Expression> parse)
    {
        var start = tokens.Current;
        var first = parse();
        if (!tokens.IsOperator(","))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (tokens.TryOperator(",") && !EndsTuple())
        {
            items.Add(parse());
        }

        return new Expression.Sequence(start.Offset, items, IsTuple: true);
    }

    /// <summary>Parses the filters behind a subject.</summary>
    /// <param name="subject">What is filtered.</param>
    /// <param name="first">Whether the first filter's name stands here without its bar.</param>
    public Expression ParseFilters(Expression subject, bool first)
    {
        while (first || tokens.TryOperator("|"))
        {
            first = false;
            var start = tokens.Current;
            var name = ParseName("the name of a filter");
            if (!FilterTable.All.ContainsKey(name))
            {
                _unknown.Add(TokenReader.Fault(start, $"There is no filter '{name}' here."));
            }

            subject = new Expression.Filter(start.Offset, subject, name, tokens.IsOperator("(") ? ParseArguments() : ArgumentList.Empty);
        }

        return subject;
    }

    private bool EndsTuple() => tokens.IsOperator(")") || tokens.IsOperator("]") || tokens.IsOperator("=") || tokens.Current.Kind is TokenKind.TagClose or TokenKind.OutputClose;

    /// <summary>The name of a filter or a test; it may have points.</summary>
    private string ParseName(string right)
    {
        var name = tokens.Expect(TokenKind.Name, right).Text;
        while (tokens.TryOperator("."))
        {
            name += "." + tokens.Expect(TokenKind.Name, right).Text;
        }

        return name;
    }

    private Expression ParseConditional()
    {
        var known = _unknown.Count;
        var then = ParseOr();
        while (tokens.IsName("if"))
        {
            var sign = tokens.Next();
            var condition = ParseOr();
            then = new Expression.Conditional(sign.Offset, condition, then, tokens.TryName("else") ? Parse() : null);
            _unknown.RemoveRange(known, _unknown.Count - known);
        }

        return then;
    }

    private Expression ParseOr() => ParseBinary(ParseAnd, "or");

    private Expression ParseAnd() => ParseBinary(ParseNot, "and");

    private Expression ParseNot()
    {
        if (!tokens.IsName("not"))
        {
            return ParseComparison();
        }

        var sign = tokens.Next();
        return new Expression.Unary(sign.Offset, "not", tokens.Nest(ParseNot));
    }

    private Expression ParseComparison()
    {
        var first = ParseSum();
        var rest = new List<(string, Expression)>();
        var offset = tokens.Current.Offset;
        while (TryComparison() is { } sign)
        {
            rest.Add((sign, ParseSum()));
        }

        return rest.Count == 0 ? first : new Expression.Comparison(offset, first, rest);
    }

    private string? TryComparison()
    {
        if (tokens.Current.Kind == TokenKind.Operator)
        {
            return s_comparisons.Contains(tokens.Current.Text) ? tokens.Next().Text : null;
        }

        if (tokens.IsName("not") && tokens.IsFollowedByName("in"))
        {
            tokens.Next();
            tokens.Next();
            return "not in";
        }

        return tokens.TryName("in") ? "in" : null;
    }

    private Expression ParseSum() => ParseBinary(ParseConcatenation, "+", "-");

    private Expression ParseConcatenation() => ParseBinary(ParseProduct, "~");

    private Expression ParseProduct() => ParseBinary(ParsePower, "*", "/", "//", "%");

    private Expression ParsePower() => ParseBinary(() => ParseUnary(withFilters: true), "**");

    private Expression ParseBinary(Func<Expression> operand, params string[] signs)
    {
        var left = operand();
        while (tokens.Current is { Kind: TokenKind.Operator or TokenKind.Name } sign && signs.Contains(sign.Text))
        {
            tokens.Next();
            left = new Expression.Binary(sign.Offset, sign.Text, left, operand());
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        var start = tokens.Current;
        var expression = tokens.IsOperator("-") || tokens.IsOperator("+")
            ? new Expression.Unary(start.Offset, tokens.Next().Text, tokens.Nest(() => ParseUnary(withFilters: false)))
            : ParsePostfix(ParsePrimary());
        return withFilters ? ParseFiltersAndTests(expression) : expression;
    }

    private Expression ParsePrimary()
    {
        var token = tokens.Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Expression.Constant(token.Offset, JinjaValue.Of(true)),
                    "false" or "False" => new Expression.Constant(token.Offset, JinjaValue.Of(false)),
                    "none" or "None" => new Expression.Constant(token.Offset, JinjaValue.None),
                    "and" or "or" or "in" or "is" or "if" or "else" => throw TokenReader.Fault(token, $"Found '{token.Text}'; expected a value."),
                    _ => new Expression.Variable(token.Offset, token.Text),
                };
            case TokenKind.String:
                var text = new StringBuilder(token.Text);
                while (tokens.Current.Kind == TokenKind.String)
                {
                    text.Append(tokens.Next().Text);
                }

                return new Expression.Constant(token.Offset, JinjaValue.OfTemplate(text.ToString()));
            case TokenKind.Integer:
                return Integers.Parse(token.Text, 0, budget: null) is { } integer
                    ? new Expression.Constant(token.Offset, JinjaValue.Of(integer))
                    : throw TokenReader.Fault(token, $"The number is malformed or has more than {Integers.MaxDigits} digits.");
            case TokenKind.Float:
                return new Expression.Constant(token.Offset, new JinjaValue.FloatValue(double.Parse(token.Text, CultureInfo.InvariantCulture)));
            case TokenKind.Operator when token.Text == "(":
                return ParseBracketed(token);
            case TokenKind.Operator when token.Text == "[":
                return new Expression.Sequence(token.Offset, ParseItems("]", Parse), IsTuple: false);
            case TokenKind.Operator when token.Text == "{":
                return new Expression.Mapping(token.Offset, ParseItems("}", ParseEntry));
            default:
                throw TokenReader.Fault(token, $"Found {token.Description}; expected a value.");
        }
    }

    private Expression ParseBracketed(Token open)
    {
        var inner = tokens.IsOperator(")") ? new Expression.Sequence(open.Offset, [], IsTuple: true) : ParseTuple();
        tokens.ExpectOperator(")");
        return inner;
    }

    private (Expression Key, Expression Value) ParseEntry()
    {
        var key = Parse();
        tokens.ExpectOperator(":");
        return (key, Parse());
    }

    private List<T> ParseItems<T>(string close, Func<T> parse)
    {
        var items = new List<T>();
        while (!tokens.TryOperator(close))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.TryOperator(close))
                {
                    break;
                }
            }

            items.Add(parse());
        }

        return items;
    }

    private Expression ParsePostfix(Expression target)
    {
        while (tokens.Current is { Kind: TokenKind.Operator, Text: "." or "[" or "(" } sign)
        {
            target = sign.Text == "(" ? new Expression.Call(sign.Offset, target, ParseArguments())
                : sign.Text == "[" ? ParseSubscript(target)
                : ParseMember(target);
        }

        return target;
    }

    private Expression ParseMember(Expression target)
    {
        var sign = tokens.Next();
        return tokens.Current.Kind == TokenKind.Integer
            ? new Expression.Index(sign.Offset, target, ParsePrimary())
            : new Expression.Member(sign.Offset, target, tokens.Expect(TokenKind.Name, "a name behind '.'").Text);
    }

    private Expression ParseSubscript(Expression target)
    {
        var sign = tokens.Next();
        var start = tokens.IsOperator(":") ? null : ParseTuple();
        if (!tokens.TryOperator(":"))
        {
            tokens.ExpectOperator("]");
            return new Expression.Index(sign.Offset, target, start!);
        }

        var stop = tokens.IsOperator("]") || tokens.IsOperator(":") ? null : Parse();
        var step = tokens.TryOperator(":") && !tokens.IsOperator("]") ? Parse() : null;
        tokens.ExpectOperator("]");
        return new Expression.Slice(sign.Offset, target, start, stop, step);
    }

    private ArgumentList ParseArguments()
    {
        tokens.ExpectOperator("(");
        var (positional, named) = (new List<Expression>(), new List<(string, Expression)>());
        var (unpacked, unpackedNamed) = ((Expression?)null, (Expression?)null);
        ParseItems(")", () =>
        {
            var start = tokens.Current;
            if (unpackedNamed is not null)
            {
                throw TokenReader.Fault(start, "An argument stands behind '**'.");
            }

            if (tokens.IsOperator("*") && unpacked is null)
            {
                tokens.Next();
                return unpacked = Parse();
            }

            if (tokens.TryOperator("**"))
            {
                return unpackedNamed = Parse();
            }

            if (tokens.Current.Kind == TokenKind.Name && tokens.IsFollowedByOperator("="))
            {
                var name = tokens.Next().Text;
                tokens.Next();
                var value = Parse();
                named.Add((name, value));
                return value;
            }

            positional.Add(named.Count == 0 && unpacked is null ? Parse()
                : throw TokenReader.Fault(start, "An argument without a name stands behind one with a name."));
            return positional[^1];
        });
        return new(positional, named, unpacked, unpackedNamed);
    }

    private Expression ParseFiltersAndTests(Expression subject)
    {
        while (true)
        {
            if (tokens.IsOperator("|"))
            {
                subject = ParseFilters(subject, first: false);
            }
            else if (tokens.IsName("is"))
            {
                subject = ParseTest(subject);
            }
            else if (tokens.IsOperator("("))
            {
                subject = new Expression.Call(tokens.Current.Offset, subject, ParseArguments());
            }
            else
            {
                return subject;
            }
        }
    }

    private Expression ParseTest(Expression subject)
    {
        var sign = tokens.Next();
        var negated = tokens.TryName("not");
        var start = tokens.Current;
        var name = ParseName("the name of a test");
        if (!Tests.All.ContainsKey(name))
        {
            _unknown.Add(TokenReader.Fault(start, $"There is no test '{name}' here."));
        }

        var test = new Expression.Test(start.Offset, subject, name, ParseTestArguments());
        return negated ? new Expression.Unary(sign.Offset, "not", test) : test;
    }

    // A single argument needs no brackets: x is divisibleby 3.
    private ArgumentList ParseTestArguments()
    {
        if (tokens.IsOperator("("))
        {
            return ParseArguments();
        }

        var begins = tokens.Current.Kind switch
        {
            TokenKind.Name => tokens.Current.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not"),
            TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
            _ => tokens.IsOperator("[") || tokens.IsOperator("{"),
        };
        return begins ? new([ParsePostfix(ParsePrimary())], []) : ArgumentList.Empty;
    }
}
