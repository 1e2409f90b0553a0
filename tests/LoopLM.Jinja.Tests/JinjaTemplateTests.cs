using System.Text.Json.Nodes;

namespace LoopLM.Jinja.Tests;

/// <summary>The expected texts are those of Python's Jinja2 3.1.6 with the settings of Hugging Face's transformers.</summary>
public class JinjaTemplateTests
{
    [Theory]
    // White space.
    [InlineData("a\n  {% if true %}\n  b\n  {% endif %}\nc\n", "a\n  b\nc")]
    [InlineData("a {%- if true -%} b {%- endif -%} c", "abc")]
    [InlineData("a\n  {%+ if true +%}\nb{% endif %}", "a\n  \nb")]
    [InlineData("x {# note #}\n  {# more #}\ny", "x y")]
    [InlineData("  {{ 1 }}\n  {{- 2 }}\n", "  12")]
    [InlineData("{% raw %}{{ x }} {% if %}{% endraw %}!", "{{ x }} {% if %}!")]
    [InlineData("{{ {'a': {'b': 1}}['a']['b'] }}", "1")]
    // Literals and operators.
    [InlineData(@"{{ 'a\n\t\'\x41\u00e9\q' }}", "a\n\t'Aé\\q")]
    [InlineData("{{ 'a' \"b\" }}{{ 1_000 }}{{ 1.50 }}{{ 2e3 }}", "ab10001.52000.0")]
    [InlineData("{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 }} {{ 1 + 2 * 3 - 1 }}", "3 -4 2 3.5 8 6")]
    [InlineData("{{ 1 ~ 'a' ~ 2.0 ~ none ~ true }}", "1a2.0NoneTrue")]
    [InlineData("{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 'a' in 'cat' }} {{ 2 not in [1] }} {{ not 0 }}", "True False True True True")]
    [InlineData("{{ 0 or 'x' }} {{ 1 and '' }}| {{ 'y' if 0 else 'z' }} {{ 'w' if 0 }}|", "x | z |")]
    [InlineData("{{ [1, 'a', none, true, 1.0] }} {{ {'k': \"it's\"} }} {{ (1,) }} {{ () }}", "[1, 'a', None, True, 1.0] {'k': \"it's\"} (1,) ()")]
    [InlineData("{{ 'ab' * 3 }} {{ [1] + [2] }} {{ 1 == 1.0 }} {{ 1e16 }} {{ 0.00001 }} {{ 1e-7 * 3 }}", "ababab [1, 2] True 1e+16 1e-05 3e-07")]
    [InlineData("{{ 'abc'[-1] }}{{ 'a😀c'[1] }}{{ 'a😀c'[1:] }}{{ 'abcdef'[::-2] }}{{ [1,2,3][:-1] }}{{ 'abc'[5:] }}", "c😀😀cfdb[1, 2]")]
    // Variables and scopes.
    [InlineData("{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}", "231")]
    [InlineData("{% set ns = namespace(a=1) %}{% for i in range(3) %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}", "4")]
    [InlineData("{% set a, b = (1, 2) %}{{ a }}{{ b }}{% set t %}x{{ a }}{% endset %}{{ t }}", "12x1")]
    [InlineData("{% set t | upper %}ab{% endset %}{{ t }}{% filter replace('a', 'b') %}aXa{% endfilter %}", "ABbXb")]
    [InlineData("{{ missing }}|{{ missing is defined }}|{{ missing | default('d') }}|{{ '' | default('e', true) }}", "|False|d|e")]
    // Loops.
    [InlineData("{% for i in [] %}x{% else %}none{% endfor %}", "none")]
    [InlineData("{% for i in range(9) if i is odd %}{{ loop.index }}{{ loop.revindex0 }}{{ i }} {% endfor %}", "131 223 315 407 ")]
    [InlineData("{% for i in range(9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i > 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "013")]
    [InlineData("{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{{ loop.cycle('x', 'y') }}{% endfor %}", "a1xb2y")]
    [InlineData("{% for c in 'ab' %}{{ loop.previtem }}{{ c }}{{ loop.nextitem }},{% endfor %}", "ab,ab,")]
    // Macros.
    [InlineData("{% macro m(a, b='B', c=none) %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ m(1) }}{{ m(1, c=2) }}{{ m('x', 'y') | lower }}", "[1BNone][1B2][xynone]")]
    [InlineData("{% macro f(n) %}{{ n }}{% if n %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "3210")]
    [InlineData("{% macro box() %}<{{ caller(2) }}>{% endmacro %}{% call(x) box() %}in{{ x }}{% endcall %}", "<in2>")]
    // Filters.
    [InlineData("{{ '  a ' | trim }}|{{ 'xxaxx' | trim('x') }}|{{ 'a b' | title }}|{{ 'aBC' | capitalize }}", "a|a|A B|Abc")]
    [InlineData("{{ [3, 1, 2] | sort | join(',') }} {{ ['b', 'A'] | sort }} {{ [1, 2] | sum }} {{ [1, 3] | max }} {{ 'abc' | reverse }}", "1,2,3 ['A', 'b'] 3 3 cba")]
    [InlineData("{{ 'a\nb\n\nc' | indent }}|{{ 'a\nb' | indent(2, true) }}|{{ 'a\n\nb' | indent('> ', blank=true) }}", "a\n    b\n\n    c|  a\n  b|a\n> \n> b")]
    [InlineData("{{ '12' | int + 1 }} {{ 'x' | int(7) }} {{ '1.5' | float }} {{ 3.7 | int }} {{ 2.5 | round }} {{ 2.345 | round(2) }} {{ -3 | abs }}", "13 7 1.5 3 2.0 2.35 3")]
    [InlineData("{{ [{'a': 1}, {'a': 2}, {}] | selectattr('a') | list }} {{ [1, 2, 3] | select('odd') | list }} {{ [1, 2] | reject('equalto', 2) | list }}", "[{'a': 1}, {'a': 2}] [1, 3] [1]")]
    [InlineData("{{ [{'a': {'b': 1}}, {'a': {}}] | map(attribute='a.b', default=0) | list }} {{ ['a', 'b'] | map('upper') | join }}", "[1, 0] AB")]
    [InlineData("{{ {'b': 1, 'a': 2} | dictsort }} {{ {'b': 1} | items | list }} {{ [1, 1, 2] | unique | list }} {{ {'a': 1} | length }}", "[('a', 2), ('b', 1)] [('b', 1)] [1, 2] 1")]
    [InlineData("{{ {'a': [1, 2.0, none, true, '<é\"\n>']} | tojson }}", "{\"a\": [1, 2.0, null, true, \"<é\\\"\\n>\"]}")]
    [InlineData("{{ {'b': [1, {}], 'a': []} | tojson(indent=2) }}{{ {'b': 1, 'a': 2} | tojson(separators=(',', ':'), sort_keys=true) }}{{ 'é' | tojson(ensure_ascii=true) }}",
        "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": []\n}{\"a\":2,\"b\":1}\"\\u00e9\"")]
    [InlineData("{{ [1, 2] | first }}{{ 'ab' | last }}{{ 'ab' | list }}{{ 5 | string + 'x' }}", "1b['a', 'b']5x")]
    // Tests.
    [InlineData("{{ 1 is integer }}{{ true is number }}{{ 'a' is string }}{{ {} is mapping }}{{ 'a' is iterable }}{{ none is none }}{{ 4 is divisibleby 2 }}", "TrueTrueTrueTrueTrueTrueTrue")]
    [InlineData("{{ 1 is not none and 2 is even }} {{ 'a' is in ['a'] }} {{ x is undefined or y }} {{ 'AB' is upper }} {{ 3 is gt 2 }} {{ 1 is true }}", "True True True True True False")]
    // Methods.
    [InlineData("{{ ' a b  c '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ ' a b '.split(none, 1) }}", "['a', 'b', 'c'] ['a', 'b,c'] ['a,b', 'c'] ['a', 'b ']")]
    [InlineData("{{ 'xax'.strip('x') }}{{ 'xax'.lstrip('x') }}{{ 'abc'.startswith(('b', 'a')) }}{{ 'abc'.endswith('bc') }}{{ 'aXa'.replace('a', 'b', 1) }}", "aaxTrueTruebXa")]
    [InlineData("{{ 'a\nb\r\nc'.splitlines() }}{{ ', '.join(['a', 'b']) }}{{ 'abcb'.find('b') }}{{ 'abcb'.count('b') }}{{ 'abc'.removeprefix('a') }}", "['a', 'b', 'c']a, b12bc")]
    [InlineData("{{ {'items': 1}['items'] }}{{ {'a': 1}.get('b', 2) }}{{ {'a': 1}.get('b') }}{{ {'a': 1}.keys() | list }}{{ {'a': 1}.values() | list }}", "12None['a'][1]")]
    [InlineData("{{ [[1, 2]].0.1 }}{{ [1][5] is defined }}{{ dict(a=1).a }}", "2False1")]
    [InlineData("{{ strftime_now('%d %b %Y, %A %H:%M:%S %-d/%-m') }}", "07 Mar 2026, Saturday 09:05:04 7/3")]
    public void TryRender_Template_GivesWhatPythonGives(string source, string expected) =>
        Assert.Equal(expected, Rendering.Text(source));

    [Theory]
    [InlineData("a\n {% if x %}", 2, 12, "Found the end of the template; expected {% elif %} or {% else %} or {% endif %}.")]
    [InlineData("{{ x | nope }}", 1, 8, "There is no filter 'nope' here.")]
    [InlineData("{{ x is nope }}", 1, 9, "There is no test 'nope' here.")]
    [InlineData("\n\n{% include 'x' %}", 3, 4, "There is no tag 'include' here.")]
    [InlineData("{{ 'open }}", 1, 4, "The string that begins here has no end.")]
    [InlineData("{{ 1 +", 1, 1, "The tag that begins here has no end '}}'.")]
    [InlineData("{{ 1 + }}", 1, 8, "Found '}}'; expected a value.")]
    [InlineData("{# open", 1, 1, "The comment that begins here has no end '#}'.")]
    [InlineData("{% raw %}{{", 1, 10, "The raw block that begins here has no {% endraw %}.")]
    [InlineData("{{ a b }}", 1, 6, "Found 'b'; expected '}}'.")]
    [InlineData("{% break %}", 1, 4, "'break' stands outside of a loop.")]
    [InlineData("{% endif %}", 1, 4, "There is no tag 'endif' here.")]
    [InlineData("{{ f(a=1, 2) }}", 1, 11, "An argument without a name stands behind one with a name.")]
    [InlineData("{{ a ? b }}", 1, 6, "'?' means nothing in a tag.")]
    [InlineData("{% set a.b.c = 1 %}", 1, 11, "Found '.'; expected '%}'.")]
    [InlineData("{%}", 1, 1, "The tag that begins here has no end '%}'.")]
    [InlineData("{% set true = 1 %}", 1, 8, "'true' cannot be set.")]
    [InlineData("{% macro m(a=1, b) %}{% endmacro %}", 1, 17, "The parameter 'b' has no default but stands behind one that has.")]
    [InlineData("{% block a %}{% endblock %}{% block a %}{% endblock %}", 1, 37, "There are two blocks 'a'.")]
    [InlineData("{{ f(**a, b=1) }}", 1, 11, "An argument stands behind '**'.")]
    [InlineData("{{ '\\N{BULLET}' }}", 1, 5, "Characters cannot be named here; write \\u and four hexadecimal digits.")]
    public void TryParse_MalformedTemplate_SaysWhereAndWhy(string source, int line, int column, string message)
    {
        Assert.False(JinjaTemplate.TryParse(source, out _, out var error));
        Assert.Equal(new JinjaError(JinjaErrorKind.Syntax, line, column, message), error);
    }

    [Fact]
    public void TryParse_DeepNesting_IsRefused()
    {
        Assert.False(JinjaTemplate.TryParse($"{{{{ {new string('(', 100_000)}1{new string(')', 100_000)} }}}}", out _, out var error));
        Assert.Equal("The template is nested deeper than 100 levels.", error.Message);
    }

    [Theory]
    [InlineData("\n{{ raise_exception('no ' ~ 1 ~ '!') }}", JinjaErrorKind.Raised, 2, "no ...!")]
    [InlineData("{{ a.b.c }}", JinjaErrorKind.Failed, 1, "'a' is not there, so nothing can be read from it.")]
    [InlineData("{{ 'a' + 1 }}", JinjaErrorKind.Failed, 1, "'+' cannot join a string and a number.")]
    [InlineData("{{ 1 // 0 }}", JinjaErrorKind.Failed, 1, "A number is divided by zero.")]
    [InlineData("{{ nope() }}", JinjaErrorKind.Failed, 1, "undefined ('nope' is not there) cannot be called.")]
    [InlineData("{% set x = [] %}{% set x.y = 1 %}", JinjaErrorKind.Failed, 1, "Only a namespace can be changed; 'x' is a list.")]
    [InlineData("{{ 'a' < 1 }}", JinjaErrorKind.Failed, 1, "a string and a number have no order.")]
    [InlineData("{{ 'a'.split('') }}", JinjaErrorKind.Failed, 1, "A string cannot be split at an empty one.")]
    [InlineData("{% if true %}{{ 'a' | nope }}{% endif %}", JinjaErrorKind.Failed, 1, "There is no filter 'nope' here.")]
    [InlineData("{{ 'x' if 'a' is nope }}", JinjaErrorKind.Failed, 1, "There is no test 'nope' here.")]
    [InlineData("{{ [] | random }}", JinjaErrorKind.Failed, 1, "The filter 'random' is not supported; the same conversation must always give the same prompt.")]
    [InlineData("{{ [] | pprint }}", JinjaErrorKind.Failed, 1, "The filter 'pprint' is not supported; use tojson.")]
    [InlineData("{{ 'a' | urlize }}", JinjaErrorKind.Failed, 1, "The filter 'urlize' is not supported; a prompt has no links.")]
    [InlineData("{{ lipsum() }}", JinjaErrorKind.Failed, 1, "The function 'lipsum' is not supported; a prompt has no random text.")]
    [InlineData("{{ 'a'.encode() }}", JinjaErrorKind.Failed, 1, "The method 'encode' is not supported; a template has no bytes.")]
    [InlineData("{% autoescape true %}{% endautoescape %}", JinjaErrorKind.Failed, 1, "A template cannot escape all that it writes; use the filter 'escape'.")]
    [InlineData("{{ [1] | map('string') | length }}", JinjaErrorKind.Failed, 1, "what a filter gives without '| list' has no length.")]
    [InlineData("{{ {[]: 1} }}", JinjaErrorKind.Failed, 1, "a list cannot be the key of a mapping.")]
    [InlineData("{{ 'a' | default(x=1) }}", JinjaErrorKind.Failed, 1, "The filter 'default' takes no argument of another name than default_value, boolean.")]
    [InlineData("{{ strftime_now('%Q') }}", JinjaErrorKind.Failed, 1, "strftime_now does not know %Q.")]
    [InlineData("{{ ['a'] | map('nope') | list }}", JinjaErrorKind.Failed, 1, "There is no filter 'nope' here.")]
    [InlineData("{{ 'a' | upper(1) }}", JinjaErrorKind.Failed, 1, "The filter 'upper' takes at most 0 arguments, not 1.")]
    public void TryRender_UnsuitableData_SaysWhereAndWhy(string source, JinjaErrorKind kind, int line, string message)
    {
        var (rendered, error) = Rendering.Render(source);
        Assert.Null(rendered);
        Assert.Equal((kind, line, message), (error!.Kind, error.Line, error.Message));
    }

    [Theory]
    [InlineData("{{ ''.__class__.__mro__[1].__subclasses__() }}")]
    [InlineData("{{ x.__init__.__globals__['os'].popen('id').read() }}")]
    [InlineData("{{ cycler.__init__.__globals__.os.popen('id').read() }}")]
    [InlineData("{{ lipsum.__globals__['os'].system('id') }}")]
    [InlineData("{{ self.__init__.__globals__ }}")]
    [InlineData("{{ namespace.__init__.__globals__.sys.modules }}")]
    [InlineData("{{ ('a' | attr('__class__')).__base__ }}")]
    [InlineData("{{ x.GetType().Assembly }}")]
    [InlineData("{{ ''.GetType() }}")]
    [InlineData("{{ [].GetType().Assembly.GetType('System.Diagnostics.Process') }}")]
    [InlineData("{{ range.Method.Module }}")]
    [InlineData("{% include '/etc/passwd' %}")]
    [InlineData("{% import 'os' as os %}{{ os }}")]
    [InlineData("{% extends '/etc/passwd' %}")]
    public void TryRender_ReachesForTheHost_IsAnError(string source)
    {
        if (JinjaTemplate.TryParse(source, out _, out _))
        {
            var (rendered, error) = Rendering.Render(source, new JsonObject { ["x"] = "data" });
            Assert.True(rendered is null && error is not null, rendered?.Text);
        }
    }

    [Theory]
    [InlineData("{% for i in range(99999999999) %}{% endfor %}", "steps")]
    [InlineData("{% for i in range(300) %}{% for j in range(300) %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{{ 'ab' * 99999999999 }}", "steps")]
    [InlineData("{{ 'a' * 90000 }}", "chars of output")]
    [InlineData("{% set ns = namespace(x='aaaaaaaaaaaaaaaa') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}", "chars of work")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "levels of depth")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for i in range(1000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}", "levels of depth")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for i in range(1000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x | tojson }}", "levels of depth")]
    [InlineData("{% set ns = namespace(x=[], y=[]) %}{% for i in range(1000) %}{% set ns.x = [ns.x] %}{% set ns.y = [ns.y] %}{% endfor %}{{ ns.x == ns.y }}", "levels of depth")]
    public void TryRender_EndlessTemplate_EndsAtALimit(string source, string limit)
    {
        var limits = new JinjaLimits { MaxSteps = 50_000, MaxWork = 1 << 20, MaxOutput = 1 << 16, Timeout = TimeSpan.FromMinutes(1) };
        var (rendered, error) = Rendering.Render(source, limits: limits);
        Assert.Null(rendered);
        Assert.Equal(JinjaErrorKind.LimitExceeded, error!.Kind);
        Assert.Contains(limit, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRender_LongChainOfOperators_EndsAtALimit()
    {
        var (_, error) = Rendering.Render($"{{{{ {string.Join(" + ", Enumerable.Repeat("1", 5000))} }}}}");
        Assert.Equal(JinjaErrorKind.LimitExceeded, error!.Kind);
    }

    [Fact]
    public void TryRender_NoTimeLeft_EndsAtTheTimeout()
    {
        var (_, error) = Rendering.Render("{% for i in range(5000) %}{% endfor %}", limits: new JinjaLimits { Timeout = TimeSpan.Zero });
        Assert.Equal((JinjaErrorKind.LimitExceeded, "The template needs more than 0 s."), (error!.Kind, error.Message));
    }

    [Fact]
    public void TryRender_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => Rendering.Parse("{% for i in range(5000) %}{% endfor %}")
            .TryRender([], Rendering.Now, new JinjaLimits(), out _, out _, source.Token));
    }

    [Fact]
    public void TryRender_MissingItemOfTheDataByAName_DoesNotTellTheName()
    {
        var (_, error) = Rendering.Render("{{ {}[x].y }}", new JsonObject { ["x"] = "secret" });
        Assert.Equal("'an item' is not there, so nothing can be read from it.", error!.Message);
    }

    [Theory]
    [InlineData("<a>{{ x }}<b>", "<a>data<b>", "<a>", "<b>")]
    [InlineData("{{ '<a>' + x.strip() + '<b>' }}", "<a>data<b>", "<a>", "<b>")]
    [InlineData("{{ ('<a>' ~ x)[1:5] }}", "a>da", "a>")]
    [InlineData("{{ ['<a>', x] | join('|') | upper }}", "<A>|DATA", "<A>|")]
    [InlineData("{{ x | replace('a', '<>') }}", "d<>t<>", "<>", "<>")]
    [InlineData("{{ ('<' ~ x ~ '>').split('a')[0] }}", "<d", "<")]
    [InlineData("{{ ('<' ~ x) | tojson }}", "\"<data\"")]
    [InlineData("{{ ['<', x] }}", "['<', 'data']")]
    [InlineData("{% set y %}<{{ x }}>{% endset %}{{ y[::-1] }}", ">atad<", ">", "<")]
    [InlineData("{% macro m(y) %}<{{ y }}>{% endmacro %}{{ m(x) | trim('<') | indent(first=true) }}", "    data>", "    ", ">")]
    [InlineData("{% for c in '<' ~ x %}{{ c }}{% endfor %}", "<data", "<")]
    public void TryRender_TextOfTemplateAndData_KnowsWhoseItIs(string source, string text, params string[] own)
    {
        var (rendered, error) = Rendering.Render(source, new JsonObject { ["x"] = "data" });
        Assert.Null(error);
        Assert.Equal(text, rendered!.Text);
        Assert.Equal(own, rendered.Own.Select(range => rendered.Text[range]));
    }
}
