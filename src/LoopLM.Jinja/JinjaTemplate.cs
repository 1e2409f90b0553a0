using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using LoopLM.Jinja.Execution;
using LoopLM.Jinja.Syntax;

namespace LoopLM.Jinja;

/// <summary>
/// A Jinja template over plain data, in the dialect of chat templates: blocks trim as <c>trim_blocks</c> and <c>lstrip_blocks</c> say,
/// there are <c>break</c>, <c>continue</c>, <c>raise_exception</c>, <c>strftime_now</c> and <c>tojson</c>, and no way to a file, another template
/// or an object of the host. Immutable, and safe for any number of threads.
/// </summary>
/// <remarks>
/// Values behave as Python's do. Whole numbers have up to 4,300 digits. What a template could say and this interpreter does not know fails in
/// <see cref="TryParse"/>; filters and tests that it may never reach fail when it reaches them.
/// </remarks>
public sealed class JinjaTemplate
{
    private readonly string _source;
    private readonly IReadOnlyList<Statement> _body;

    private JinjaTemplate(string source, IReadOnlyList<Statement> body, FrozenSet<string> names)
    {
        (_source, _body, Names) = (source, body, names);
    }

    /// <summary>Every name in its tags but those of members: what it does not name it cannot use.</summary>
    public FrozenSet<string> Names { get; }

    /// <summary>Whether a text stands in the template, be it as output, in a string or in a comment.</summary>
    public bool Mentions(string text) => _source.Contains(text, StringComparison.Ordinal);

    /// <summary>Parses a template.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="template">The template; null where there is an error.</param>
    /// <param name="error">The first problem, always of the kind <see cref="JinjaErrorKind.Syntax"/>; null where there is none.</param>
    public static bool TryParse(string source, [NotNullWhen(true)] out JinjaTemplate? template, [NotNullWhen(false)] out JinjaError? error)
    {
        // No other character ends a line of a template, and the last line end is not part of it.
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        source = source.EndsWith('\n') ? source[..^1] : source;
        try
        {
            var tokens = new Lexer(source).Read();
            var names = tokens.Where((token, i) => token.Kind == TokenKind.Name && tokens[i - 1] is not { Kind: TokenKind.Operator, Text: "." })
                .Select(token => token.Text).ToFrozenSet();
            template = new(source, new StatementParser(tokens).Parse(), names);
            error = null;
            return true;
        }
        catch (JinjaFault fault)
        {
            template = null;
            error = JinjaError.At(source, JinjaErrorKind.Syntax, fault.Offset ?? 0, fault.Message);
            return false;
        }
    }

    /// <summary>Renders the template.</summary>
    /// <param name="variables">What it can name.</param>
    /// <param name="now">The time that <c>strftime_now</c> tells.</param>
    /// <param name="limits">What the rendering may spend.</param>
    /// <param name="rendered">The text; null where there is an error.</param>
    /// <param name="error">Why there is no text; null where there is one.</param>
    /// <param name="cancellationToken">Ends the rendering.</param>
    /// <exception cref="OperationCanceledException">The rendering was cancelled.</exception>
    public bool TryRender(
        IEnumerable<KeyValuePair<string, JinjaValue>> variables,
        DateTimeOffset now,
        JinjaLimits limits,
        [NotNullWhen(true)] out RenderedText? rendered,
        [NotNullWhen(false)] out JinjaError? error,
        CancellationToken cancellationToken = default)
    {
        var budget = new Budget(limits, cancellationToken);
        try
        {
            rendered = RenderedText.Of(new Interpreter(budget).Render(_body, Globals.Create(variables, now, budget)));
            error = null;
            return true;
        }
        catch (JinjaFault fault)
        {
            rendered = null;
            error = JinjaError.At(_source, fault.Kind, fault.Offset ?? budget.Offset, fault.Message);
            return false;
        }
    }
}
