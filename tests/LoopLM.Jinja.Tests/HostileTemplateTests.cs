using System.Globalization;
using System.Text.Json.Nodes;

namespace LoopLM.Jinja.Tests;

/// <summary>Templates and data that want more time or memory than a prompt may take.</summary>
public class HostileTemplateTests
{
    private const string LongSearch = "{% set t = 'a' * 400000 %}{% set p = 'a' * 100000 ~ 'b' ~ 'a' * 100000 %}";
    private const string LongText = "{% set a = 'ab' * 2000000 %}";

    /// <summary>A small budget, so that what is not charged shows itself as a rendering that succeeds.</summary>
    private static readonly JinjaLimits s_limits = new() { MaxWork = 16 << 20, MaxText = 8 << 20, Timeout = TimeSpan.FromMinutes(1) };

    [Theory]
    [InlineData("{% set x = 'a' * 268000000 %}{{ x|length }}")]
    [InlineData("{{ raise_exception('x'*100000000) }}")]
    [InlineData("{% set a='A'*1000000 %}{{ ([a]*100000)|sort|length }}")]
    [InlineData("{% set a='A'*1000000 %}{{ ([a]*100000)|unique|list|length }}")]
    [InlineData("{% set a='A'*1000000 %}{{ ([a]*100000)|max|length }}")]
    [InlineData("{% set a='A'*1000000 %}{{ ([{'k': a}]*100000)|groupby('k')|length }}")]
    [InlineData("{% set a='a'*5000000 %}{% set b='b'*5000000 ~ 'a' %}{{ a|trim(b)|length }}")]
    [InlineData(LongText + "{% for i in range(100) %}{{ a.upper() | length }}{% endfor %}")]
    [InlineData(LongText + "{% for i in range(100) %}{{ a | title | length }}{% endfor %}")]
    [InlineData(LongText + "{% for i in range(100) %}{{ a.strip('b') | length }}{% endfor %}")]
    [InlineData(LongText + "{% for i in range(100) %}{{ a[1:] | length }}{% endfor %}")]
    [InlineData(LongText + "{% for i in range(100) %}{{ a.isalpha() }}{% endfor %}")]
    [InlineData(LongText + "{% for i in range(100) %}{{ a.count('b', 1) }}{% endfor %}")]
    [InlineData(LongText + "{% for i in range(100) %}{{ a in a }}{% endfor %}")]
    [InlineData(LongText + "{% for i in range(100) %}{{ a < a }}{% endfor %}")]
    [InlineData(LongText + "{% for i in range(100) %}{{ a == a[:] }}{% endfor %}")]
    [InlineData(LongText + "{% for i in range(100) %}{{ {a: 1}[a] }}{% endfor %}")]
    [InlineData(LongText + "{% for i in range(100) %}{{ a[5] }}{% endfor %}")]
    [InlineData(LongText + "{{ a | replace('a', a) | length }}")]
    [InlineData(LongText + "{{ a | replace('', a) | length }}")]
    [InlineData(LongText + "{{ a.join(a) | length }}")]
    [InlineData(LongText + "{{ [a, a, a] | tojson | length }}")]
    [InlineData(LongText + "{{ [a, a, a] | string | length }}")]
    [InlineData(LongText + "{{ ('<' * 2000000) | escape | length }}")]
    [InlineData("{{ ('<' * 3000000) | urlencode | length }}")]
    [InlineData("{{ ('<a>' * 20000) | striptags | length }}")]
    [InlineData("{{ ('-' * 200000) | wordwrap(1) | length }}")]
    [InlineData("{{ (' a' * 100000) | wordwrap(3, wrapstring='x' * 1000) | length }}")]
    [InlineData("{{ (('%s' * 1000) % (('a' * 100000,) * 1000)) | length }}")]
    [InlineData("{{ ('{0}' * 1000).format('a' * 100000) | length }}")]
    [InlineData("{{ (('%1000000d' * 100) % ((1,) * 100)) | length }}")]
    [InlineData("{{ ('%.1000000f' % 1) | length }}")]
    [InlineData("{{ ('{:1000000}'.format(1) * 100) | length }}")]
    [InlineData("{{ 'a'.center(2000000000) | length }}")]
    [InlineData("{{ 'a'.zfill(2000000000) | length }}")]
    [InlineData("{{ 'a' | center(2000000000) | length }}")]
    [InlineData("{{ ('\t' * 100000).expandtabs(1000000) | length }}")]
    [InlineData("{{ ('a\n' * 100000) | indent(1000) | length }}")]
    [InlineData("{{ [1] | tojson(indent=2000000000) | length }}")]
    [InlineData("{{ ([1] * 100000) | tojson(separators=('x' * 1000, ':')) | length }}")]
    [InlineData("{{ [] | batch(1) | list }}{{ [1] | batch(2000000000, 'x') | list | length }}")]
    [InlineData("{{ [1] | slice(2000000000) | list | length }}")]
    [InlineData("{{ range(2000000000) | length }}")]
    [InlineData("{{ [1] * 2000000000 }}")]
    [InlineData("{% set x = [1] * 100000 %}{% for i in range(1000) %}{{ x.index(2) if 2 in x }}{% endfor %}")]
    [InlineData("{% set x = [1] * 100000 %}{% for i in range(1000) %}{{ x == x }}{% endfor %}")]
    [InlineData("{% set x = [1] * 100000 %}{% for i in range(1000) %}{% set y = x + x %}{% endfor %}")]
    [InlineData("{% macro m() %}{{ varargs | length }}{% endmacro %}{% set x = [1] * 100000 %}{% for i in range(1000) %}{{ m(*x) }}{% endfor %}")]
    [InlineData("{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}")]
    [InlineData("{{ strftime_now('%c' * 1000000) | length }}")]
    [InlineData(LongSearch + "{{ p in t }}")]
    [InlineData(LongSearch + "{{ t.find(p) }}")]
    [InlineData(LongSearch + "{{ t.rfind(p) }}")]
    [InlineData(LongSearch + "{{ t.count(p) }}")]
    [InlineData(LongSearch + "{{ t.split(p) | length }}")]
    [InlineData(LongSearch + "{{ t.rsplit(p) | length }}")]
    [InlineData(LongSearch + "{{ t.partition(p) | length }}")]
    [InlineData(LongSearch + "{{ t.replace(p, '') | length }}")]
    [InlineData(LongSearch + "{{ t | replace(p, '') | length }}")]
    [InlineData("{% set a = 'a' * 1000000 %}{{ (a ~ 'x').startswith((a ~ 'y',) * 1000) }}")]
    [InlineData("{{ [{}] | map(attribute='a.' * 3000000) | list | length }}")]
    public void TryRender_ExpensiveOperation_EndsAtALimit(string source)
    {
        var (rendered, error) = Rendering.Render(source, limits: s_limits);
        Assert.Null(rendered);
        Assert.Equal(JinjaErrorKind.LimitExceeded, error!.Kind);
    }

    [Fact]
    public void TryRender_LongRaisedMessage_IsCut()
    {
        var (_, error) = Rendering.Render("{{ raise_exception('x' * 1000000) }}");
        Assert.Equal((JinjaErrorKind.Raised, 503), (error!.Kind, error.Message.Length));
    }

    [Theory]
    [InlineData("{{{{ x | {0} }}}}")]
    [InlineData("{{{{ x is {0} }}}}")]
    [InlineData("{{% {0} %}}")]
    public void TryParse_LongNameThatIsUnknown_IsCut(string source)
    {
        var template = string.Format(CultureInfo.InvariantCulture, source, new string('x', 1_000_000));

        Assert.False(JinjaTemplate.TryParse(template, out _, out var error));
        Assert.Equal(503, error.Message.Length);
    }

    [Fact]
    public void TryRender_LongNameOfWhatIsMissing_IsCut()
    {
        var (_, error) = Rendering.Render("{{ {}['x' * 1000000].y }}");
        Assert.True(error!.Message.Length < 600);
    }

    [Theory]
    [InlineData("{{ ([3, 1, 2] * 1000) | sort | length }}")]
    [InlineData("{{ ('a' * 3000000) | upper | length }}")]
    public void TryRender_CancelledOperation_Throws(string source)
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var template = Rendering.Parse(source);
        Assert.Throws<OperationCanceledException>(() => template.TryRender([], Rendering.Now, new JinjaLimits(), out _, out _, cancelled.Token));
    }

    [Fact]
    public void TryRender_NameOfAnUnknownArgument_DoesNotTellTheData()
    {
        var variables = new JsonObject { ["x"] = new JsonObject { ["secret"] = 1 }, ["y"] = "secret" };
        string[] sources =
        [
            "{{ 'a' | trim(**x) }}", "{{ [1] | map(y) | list }}", "{{ [1] | select(y) | list }}", "{{ ('%(' ~ y ~ ')s') % {} }}", "{{ ('{' ~ y ~ '}').format() }}",
            "{{ ('{0.' ~ y ~ '.z}').format(1) }}", "{{ 'a'.index(y) }}", "{% macro m() %}{% endmacro %}{{ m(**x) }}", "{{ 1 | attr(y) + 1 }}",
        ];
        foreach (var source in sources)
        {
            var (_, error) = Rendering.Render(source, variables);
            Assert.DoesNotContain("secret", error!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TryParse_AnyShortTemplate_GivesATemplateOrAnError()
    {
        string[] pieces =
        [
            "{", "%", "}", "-", "#", "+", " ", "raw", "endraw", "\n", "a", "'", "\\", "0", "x", "(", "[", ".", "|", "if", "for", "in", "{%", "%}", "{{", "}}", "{#",
            "is", "set", "=", "1e", ",", "*", "**", ":",
        ];
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var source = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (JinjaTemplate.TryParse(source, out var template, out _))
            {
                template.TryRender([], Rendering.Now, new JinjaLimits(), out _, out _);
            }
        }
    }

    [Theory]
    [InlineData("{% raw %}", "{% ")]
    [InlineData("{{ ", "'a'")]
    [InlineData("", "{% if x %}")]
    [InlineData("", "{# #}")]
    [InlineData("{{ x", "[0]")]
    [InlineData("{{ x", "|a.a.a")]
    [InlineData("{{ ", "- ")]
    [InlineData("{{ ", "not ")]
    [InlineData("{{ x", " if y")]
    [InlineData("{% set ", "(")]
    [InlineData("{% set ", "a,")]
    public async Task TryParse_LongTemplate_TakesTimeInProportion(string start, string piece)
    {
        // In proportion to its square, the time would be hours.
        var source = start + string.Concat(Enumerable.Repeat(piece, 100_000));
        await Task.Run(() => JinjaTemplate.TryParse(source, out _, out _)).WaitAsync(TimeSpan.FromMinutes(2));
    }
}
