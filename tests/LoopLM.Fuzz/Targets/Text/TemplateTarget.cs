using System.Text;
using System.Text.Json;
using LoopLM.Fuzz.Fuzzing;
using LoopLM.Jinja;

namespace LoopLM.Fuzz.Targets.Text;

/// <summary>
/// Chat templates. Each is refused, fails or gives a text, within its limits, the same text every time; and no char of a message counts as the
/// template's own.
/// </summary>
internal sealed class TemplateTarget : FuzzTarget
{
    /// <summary>A char that stands in messages alone.</summary>
    private const char Foreign = '\u24d3';

    private const int MaxMessage = 503;

    private static readonly JinjaLimits s_limits = new()
    {
        MaxSteps = 20_000,
        MaxWork = 2 << 20,
        MaxText = 512 << 10,
        MaxOutput = 128 << 10,
        Timeout = TimeSpan.FromSeconds(15),
    };

    private static readonly KeyValuePair<string, JinjaValue>[] s_variables =
    [
        .. JsonElement.Parse("""
            {"messages": [{"role": "system", "content": "Be ⓓ brief."}, {"role": "user", "content": "<|im_start|>ⓓ & <b> \"q\" 'x'\n\tÄß ﬁ"},
              {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": {"x": 1.5, "y": [1, 2, {"z": null}], "t": true}}}]},
              {"role": "tool", "tool_call_id": "c1", "content": "-12"}, {"role": "user", "content": [{"type": "text", "text": "ⓓⓓ"}]}],
             "tools": [{"type": "function", "function": {"name": "f", "description": "ⓓ", "parameters": {"type": "object", "properties": {"x": {"type": "number"}}}}}],
             "documents": null, "add_generation_prompt": true, "enable_thinking": false, "n": 123456789012345678901234567890, "x": -2.5e-7, "s": "a,b,,c ⓓ", "empty": {}}
            """).EnumerateObject().Select(member => KeyValuePair.Create(member.Name, JinjaValue.Of(member.Value))),
        KeyValuePair.Create("bos_token", JinjaValue.OfTemplate("<s>")),
        KeyValuePair.Create("eos_token", JinjaValue.OfTemplate("</s>")),
    ];

    /// <summary>Words by which a template can make the foreign char itself.</summary>
    private static readonly string[] s_makers = [$"{Foreign}", "\\", "%", "format", "24d3", "9427"];

    /// <inheritdoc/>
    public override string Name => "template";

    /// <inheritdoc/>
    public override int MaxInputBytes => 4 << 10;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Dictionary { get; } =
    [
        "{{ messages }}", "{% for m in messages %}", "{% endfor %}", "{% if ", "{% else %}", "{% elif ", "{% endif %}", "{% set x = ", "{% set x %}", "{% endset %}", "{% macro f(a, b=1) %}", "{% endmacro %}", "{% call f(1) %}", "{% endcall %}",
        "{% filter upper %}", "{% endfilter %}", "{% break %}", "{% continue %}", "{% raw %}", "{% endraw %}", "{%- ", " -%}", "{#", "#}", "{% generation %}", "{% endgeneration %}", "recursive", "loop.index", "loop(", "loop.previtem", "loop.cycle('a','b')",
        "namespace(a=1)", "ns.a", "range(1000000)", "range(10)", "raise_exception('x')", "strftime_now('%Y')", "dict(a=1)", "cycler(1,2)", "joiner(',')", "lipsum()", "self", "caller()",
        "|tojson", "|tojson(indent=4)", "|join(',')", "|length", "|sort(attribute='a')", "|unique", "|trim('ab')", "|replace('a','b')", "|map('upper')", "|map(attribute='role')", "|selectattr('role','equalto','user')", "|reject('none')", "|groupby('role')", "|batch(3)", "|slice(2)",
        "|indent(4)", "|wordwrap(5)", "|center(80)", "|format(1)", "|round(2)", "|int", "|float", "|string", "|list", "|first", "|last", "|random", "|sum", "|min", "|max", "|abs", "|default('x')", "|items", "|dictsort", "|xmlattr", "|urlize", "|striptags", "|truncate(9)", "|title", "|escape", "|safe", "|pprint", "|filesizeformat", "|wordcount", "|reverse",
        ".split(',')", ".strip()", ".startswith('a')", ".replace('a','b')", ".format(1)", ".items()", ".get('a')", ".join(['a'])", ".upper()", ".find('a')", ".splitlines()", ".ljust(99)", ".zfill(9)", ".encode()", ".translate({})",
        " is defined", " is string", " is mapping", " is divisibleby(3)", " in ", " not ", " and ", " or ", " if ", " else ", "**", "//", "%", "~", "==", "<=", "[::-1]", "[1:]", "*'a'", "'a'*1000", "1e308", "10**100", "'%s'%x", "messages[0].content", "x.__class__", "\\u24d4", "s", "n", "empty",
    ];

    /// <inheritdoc/>
    public override bool Check(byte[] input)
    {
        var source = Encoding.UTF8.GetString(input);
        if (!JinjaTemplate.TryParse(source, out var template, out var error))
        {
            Check(error);
            return false;
        }

        if (!Render(template, out var rendered, out error))
        {
            Check(error);
            FuzzException.Require(!error.Message.Contains($"{s_limits.Timeout.TotalSeconds} s", StringComparison.Ordinal), "steps bound the time", error.ToString());
            return true;
        }

        FuzzException.Require(rendered.Text.Length <= s_limits.MaxOutput, "the output is bounded", $"it has {rendered.Text.Length} chars");
        var isForeign = !source.Contains("random", StringComparison.Ordinal) && !s_makers.Any(word => source.Contains(word, StringComparison.OrdinalIgnoreCase));
        if (isForeign)
        {
            FuzzException.Require(rendered.Own.All(range => !rendered.Text[range].Contains(Foreign, StringComparison.Ordinal)),
                "no char of a message is the template's own", rendered.Text);
            FuzzException.Require(Render(template, out var again, out _) && again.Text == rendered.Text, "rendering again gives the same", rendered.Text);
        }

        return true;
    }

    private static bool Render(
        JinjaTemplate template, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RenderedText? rendered, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out JinjaError? error) =>
        template.TryRender(s_variables, DateTimeOffset.UnixEpoch, s_limits, out rendered, out error);

    private static void Check(JinjaError error)
    {
        FuzzException.Require(error.Message.Length <= MaxMessage, "messages are of bounded length", error.Message);
        FuzzException.Require(error is { Line: > 0, Column: > 0 }, "an error has a place", error.ToString());
    }
}
