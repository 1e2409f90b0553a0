using System.Text.Json;

namespace LoopLM.StructuredOutput.Tests.Calls;

public class CallTranslatorTests
{
    private const string Schema = """
        {"type":"object","properties":{"s":{"type":"string"},"n":{"type":"integer"},"o":{"type":["string","null"]},"e":{"enum":["a","b</parameter>"]},
        "b":{"type":"boolean"},"l":{"type":"array","items":{"const":{"k":[null,true]}}},"z":{"type":"string","maxLength":2}},"required":["n"]}
        """;

    private static readonly CallSyntax s_json = new("{\"name\": \"", "\", \"arguments\": ", "}", ", ") { Start = "[", Close = "]" };
    private static readonly CallSyntax s_tags = new("<function=", ">\n", "</function>", "\n") { Arguments = ArgumentSyntax.Tags };
    private static readonly CallSyntax s_keywords = new("", "(", ")", ", ") { Start = "[", Close = "]", Arguments = ArgumentSyntax.Keywords };

    [Theory]
    [InlineData("""[{"name": "f", "arguments": {"n":1}}]""", true)]
    [InlineData("""[{"name": "g", "arguments": {}}, {"name": "f", "arguments": {"n": 1, "b": true}}]""", true)]
    [InlineData("""[{"name": "g", "arguments": {"x":1}}]""", false)]
    [InlineData("""[{"name": "f", "arguments": {"n":1}}""", false)]
    [InlineData("""[]""", false)]
    public void Translate_Json_AdmitsCallsInAList(string text, bool admitted) => Check(s_json, text, admitted);

    [Theory]
    [InlineData("<function=g>\n</function>", true)]
    [InlineData("<function=f>\n<parameter=n>\n-3\n</parameter>\n</function>", true)]
    [InlineData("<function=f>\n<parameter=s>\na \"b\"\n</param\n\n</parameter>\n<parameter=n>\n3\n</parameter>\n</function>", true)]
    [InlineData("<function=f>\n<parameter=s>\na</parameter>\n</parameter>\n<parameter=n>\n3\n</parameter>\n</function>", false)]
    [InlineData("<function=f>\n<parameter=n>\n3\n</parameter>\n<parameter=o>\nnull\n</parameter>\n<parameter=e>\na\n</parameter>\n</function>", true)]
    [InlineData("<function=f>\n<parameter=n>\n3\n</parameter>\n<parameter=e>\nb</parameter>\n</parameter>\n</function>", false)]
    [InlineData("<function=f>\n<parameter=n>\n3\n</parameter>\n<parameter=b>\ntrue\n</parameter>\n<parameter=l>\n[{\"k\":[null,true]}]\n</parameter>\n</function>", true)]
    [InlineData("<function=f>\n<parameter=n>\n3\n</parameter>\n<parameter=z>\n日本\n</parameter>\n</function>", true)]
    [InlineData("<function=f>\n<parameter=n>\n3\n</parameter>\n<parameter=z>\nabc\n</parameter>\n</function>", false)]
    [InlineData("<function=f>\n<parameter=s>\na\n</parameter>\n</function>", false)]
    [InlineData("<function=f>\n<parameter=n>\n3\n</parameter>\n<parameter=s>\na\n</parameter>\n</function>", false)]
    public void Translate_Tags_AdmitsStringsAsTheyAre(string text, bool admitted) => Check(s_tags, text, admitted);

    [Theory]
    [InlineData("[g()]", true)]
    [InlineData("[f(n=1), g()]", true)]
    [InlineData("[f(s=\"a\", n=1, b=True, l=[{\"k\": [None, True]}])]", true)]
    [InlineData("[f(n=1, o=None)]", true)]
    [InlineData("[f(n=1, b=true)]", false)]
    [InlineData("[f(n=1,)]", false)]
    [InlineData("[f(s=\"a\")]", false)]
    [InlineData("[f(, n=1)]", false)]
    [InlineData("f(n=1)", false)]
    public void Translate_Keywords_AdmitsPython(string text, bool admitted) => Check(s_keywords, text, admitted);

    [Theory]
    [InlineData("""{"type":"object","minProperties":1}""", "minProperties")]
    [InlineData("""{"$ref":"#/$defs/a","properties":{"x":{}},"$defs":{"a":{"type":"object"}}}""", "$ref")]
    [InlineData("""{"$ref":"#/$defs/a"}""", "$ref")]
    [InlineData("""{"type":"object","properties":{"a>b=c":{}}}""", "properties")]
    [InlineData("""{"type":"object","required":["x"]}""", "required")]
    public void Translate_SchemaThatIsNoListOfParameters_IsRefusedByKeyword(string parameters, string keyword)
    {
        using var schema = JsonDocument.Parse(parameters);
        foreach (var syntax in new[] { s_tags, s_keywords })
        {
            Assert.Null(Grammars.TryCompile(new TextForm.Calls([new("f", schema.RootElement)], syntax, 1), out var problem));
            Assert.Equal(("f#", keyword), (problem!.Path, problem.Keyword));
        }
    }

    [Fact]
    public void Translate_RootThatOnlyRefers_AdmitsTheParametersOfWhatItRefersTo()
    {
        using var schema = JsonDocument.Parse(
            """{"$ref":"#/$defs/N","$defs":{"N":{"type":"object","properties":{"n":{"type":"integer"},"t":{"$ref":"#/$defs/N"}},"required":["n"]}}}""");
        foreach (var (syntax, text, other) in new[]
        {
            (s_tags, "<function=f>\n<parameter=n>\n3\n</parameter>\n<parameter=t>\n{\"n\":1}\n</parameter>\n</function>", "<function=f>\n</function>"),
            (s_keywords, "[f(n=3, t={\"n\":1})]", "[f()]"),
        })
        {
            var grammar = Grammars.Compile(new TextForm.Calls([new("f", schema.RootElement)], syntax, 1));

            Assert.True(Grammars.Accepts(grammar, text));
            Assert.False(Grammars.Accepts(grammar, other));
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("""{"type":"object"}""")]
    [InlineData("""{"type":"object","properties":{}}""")]
    [InlineData("""{"type":"object","properties":{},"required":[],"additionalProperties":false,"title":"a"}""")]
    public void Translate_ParametersThatNameNone_AdmitsNoArguments(string parameters)
    {
        using var schema = JsonDocument.Parse(parameters);
        var grammar = Grammars.Compile(new TextForm.Calls([new("f", schema.RootElement)], s_json, 1));

        Assert.True(Grammars.Accepts(grammar, """[{"name": "f", "arguments": {}}]"""));
        Assert.False(Grammars.Accepts(grammar, """[{"name": "f", "arguments": {"a":1}}]"""));
        Assert.False(Grammars.Accepts(grammar, """[{"name": "f", "arguments": 1}]"""));
    }

    [Theory]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"object","additionalProperties":{"type":"integer"}}]}""", true)]
    [InlineData("""{"type":["object","null","array"],"additionalProperties":{"type":"integer"}}""", true)]
    [InlineData("""{"enum":[1,{"a":1}]}""", true)]
    [InlineData("""{"type":"string"}""", false)]
    [InlineData("false", false)]
    public void Translate_ParametersThatAdmitOtherValues_AdmitsObjectsAlone(string parameters, bool hasObjects)
    {
        using var schema = JsonDocument.Parse(parameters);
        var grammar = Grammars.TryCompile(new TextForm.Calls([new("f", schema.RootElement)], s_json, 1), out var problem);

        Assert.Equal(hasObjects, grammar is not null);
        Assert.Equal(hasObjects, problem is null);
        foreach (var value in (string[])["null", "\"a\"", "[]", "1"])
        {
            Assert.False(grammar is not null && Grammars.Accepts(grammar, $$"""[{"name": "f", "arguments": {{value}}}]"""));
        }

        Assert.Equal(hasObjects, grammar is not null && Grammars.Accepts(grammar, """[{"name": "f", "arguments": {"a":1}}]"""));
    }

    private static void Check(CallSyntax syntax, string text, bool admitted)
    {
        using var schema = JsonDocument.Parse(Schema);
        Assert.Equal(admitted, Grammars.Accepts(Grammars.Compile(new TextForm.Calls([new("f", schema.RootElement), new("g", null)], syntax, 2)), text));
    }
}
