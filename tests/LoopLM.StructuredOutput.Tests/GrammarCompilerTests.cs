using System.Text;
using System.Text.Json;
using LoopLM.StructuredOutput.Automata;
using LoopLM.Testing;

namespace LoopLM.StructuredOutput.Tests;

public sealed class GrammarCompilerTests
{
    private static readonly CallSyntax s_syntax = new("<call>{\"name\": \"", "\", \"arguments\": ", "}</call>", "\n");

    private static TokenTrie Tokens { get; } = TokenTrie.TryCreate(BundledTokenizer.Instance.GetTextBytes(), [BundledTokenizer.EndOfText], out _)!;

    [Theory]
    [InlineData("{}", """{"a":[1,"x",null,true,{"b":-0.5e+10}]}""")]
    [InlineData("true", "0")]
    [InlineData("""{"type":"string"}""", "\"\"")]
    [InlineData("""{"type":"string"}""", "\"naïve 日本 😀 \\u00e9\\uD83D\\uDE00\\n\"")]
    [InlineData("""{"type":"string","maxLength":1}""", "\"😀\"")]
    [InlineData("""{"type":"string","maxLength":1}""", "\"\\ud83d\\ude00\"")]
    [InlineData("""{"minLength":2}""", "\"ab\"")]
    [InlineData("""{"type":"number"}""", "-12.5E-3")]
    [InlineData("""{"type":"integer"}""", "-12")]
    [InlineData("""{"type":["integer","null"]}""", "null")]
    [InlineData("""{"type":"boolean"}""", "false")]
    [InlineData("""{"enum":["a","ab","a\"b",1.50,{"x":[]}]}""", "\"ab\"")]
    [InlineData("""{"enum":["a","ab","a\"b",1.50,{"x":[]}]}""", "\"a\\\"b\"")]
    [InlineData("""{"enum":["a","ab","a\"b",1.50,{"x":[]}]}""", "1.50")]
    [InlineData("""{"enum":["a","ab","a\"b",1.50,{"x":[]}]}""", """{"x":[]}""")]
    [InlineData("""{"enum":["a",1],"type":"string"}""", "\"a\"")]
    [InlineData("""{"const":"naïve"}""", "\"naïve\"")]
    [InlineData("""{"type":"array","items":{"type":"integer"}}""", "[]")]
    [InlineData("""{"type":"array","items":{"type":"integer"}}""", "[1, 2,3]")]
    [InlineData("""{"type":"array","minItems":2,"maxItems":3}""", "[1,2,3]")]
    [InlineData("""{"type":"array","items":false}""", "[]")]
    [InlineData("""{"type":"object"}""", """{"a": 1, "a":{}}""")]
    [InlineData("""{"properties":{"a":{},"b":{},"c":{}},"required":["b"]}""", """{"b":1}""")]
    [InlineData("""{"properties":{"a":{},"b":{},"c":{}},"required":["b"]}""", """{"a":1,"b":1,"c":1}""")]
    [InlineData("""{"properties":{"a":{},"b":{}}}""", "{}")]
    [InlineData("""{"properties":{"a":{"type":"null"}},"additionalProperties":{"type":"integer"}}""", """{"a":null,"ab":1,"b":2}""")]
    [InlineData("""{"properties":{"a":{"type":"null"}},"additionalProperties":{"type":"integer"}}""", """{"ab":1}""")]
    [InlineData("""{"required":["z"],"properties":{"a":{}}}""", """{"a":1,"z":[]}""")]
    [InlineData("""{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"null"}}}""", "null")]
    [InlineData("""{"anyOf":[{"type":"null"},{"type":"array","items":{"$ref":"#"}}]}""", "[[null,[]],null]")]
    [InlineData("""{"allOf":[{"$ref":"#/definitions/x"}],"definitions":{"x":{"const":1}}}""", "1")]
    [InlineData("""{"type":"string","pattern":"b+"}""", "\"abbc\"")]
    [InlineData("""{"type":"string","pattern":"^\"\\\\\\n$"}""", "\"\\\"\\\\\\n\"")]
    [InlineData("""{"type":"string","pattern":"^a*$","minLength":2,"maxLength":3}""", "\"aaa\"")]
    [InlineData("""{"type":"string","format":"date"}""", "\"2024-02-29\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2024-12-31T23:59:59.123Z\"")]
    [InlineData("""{"type":"string","format":"uuid"}""", "\"01234567-89ab-1def-B123-456789ABCDEF\"")]
    [InlineData("""{"type":"string","format":"email"}""", "\"jane.doe@example.org\"")]
    [InlineData("""{"type":"string","format":"hostname"}""", "\"my-host.example.org\"")]
    [InlineData("""{"type":"string","format":"uri"}""", "\"https://example.org/a/b.html?x=1&y=2#top\"")]
    [InlineData("""{"type":"string","format":"ipv4"}""", "\"192.168.0.255\"")]
    [InlineData("""{"type":"string","format":"ipv6"}""", "\"fe80:0:0:0:0:0:0:1\"")]
    [InlineData("""{"type":"string","format":"duration"}""", "\"P1Y2M3DT4H5M6S\"")]
    [InlineData("""{"type":"string","format":"time"}""", "\"23:59:59Z\"")]
    [InlineData("""{"type":"integer","minimum":-5,"maximum":120}""", "-5")]
    [InlineData("""{"type":"integer","exclusiveMinimum":1.5}""", "2")]
    [InlineData("""{"type":"number","minimum":0,"maximum":1}""", "0.25")]
    [InlineData("""{"type":"number","minimum":0,"maximum":1}""", "1.0")]
    [InlineData("""{"type":"integer","uniqueItems":false,"x-note":1,"title":"t","$schema":"s","$id":"i"}""", "7")]
    [InlineData("""{"type":"string","minimum":3}""", "\"a\"")]
    [InlineData("""{"type":"string","example":"x","markdownDescription":"m","discriminator":"a","minLenght":3}""", "\"a\"")]
    [InlineData("""{"type":"string","format":"password"}""", "\"a\"")]
    [InlineData("""{"const":"😀"}""", "\"😀\"")]
    [InlineData("""{"const":"😀"}""", "\"\\uD83D\\uDE00\"")]
    [InlineData("""{"enum":[{"a":[1,2]}]}""", """{"a": [1, 2]}""")]
    [InlineData("""{"const":"a","enum":["a","b"]}""", "\"a\"")]
    [InlineData("""{"properties":{"a":{}}}""", """{"a":1,"b":2}""")]
    [InlineData("""{"type":"object","anyOf":[{"properties":{"k":{"const":"a"}},"required":["k"]}]}""", """{"k":"a"}""")]
    [InlineData("""{"$ref":"#/$defs/a","minLength":2,"$defs":{"a":{"type":"string","maxLength":3}}}""", "\"ab\"")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","$ref":"#/$defs/a","minLength":2,"$defs":{"a":{"type":"string"}}}""", "\"a\"")]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"b":{"type":"null"}},"required":["b"]}]}""", """{"b":null,"a":1}""")]
    [InlineData("""{"type":"string","allOf":[{"pattern":"^a"},{"pattern":"z$"}]}""", "\"abz\"")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "0.5")]
    [InlineData("""{"oneOf":[{"required":["a"]},{"required":["b"]}],"type":"object"}""", """{"b":1,"c":2}""")]
    [InlineData("""{"type":"string","not":{"enum":["a"]}}""", "\"ab\"")]
    [InlineData("""{"type":"integer","not":{"const":3}}""", "4")]
    [InlineData("""{"if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"required":["a"]},"type":"object"}""", """{"k":2}""")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"null"},{"type":"integer"}],"items":false}""", "[null,1]")]
    [InlineData("""{"type":"array","items":[{"type":"null"}],"additionalItems":{"type":"integer"}}""", "[null,1,2]")]
    [InlineData("""{"type":"array","contains":{"type":"null"},"maxContains":1}""", "[1,null,2]")]
    [InlineData("""{"type":"array","items":{"enum":["a","b","c"]},"uniqueItems":true}""", """["c","a"]""")]
    [InlineData("""{"patternProperties":{"^x":{"type":"null"}},"additionalProperties":{"type":"integer"}}""", """{"a":1,"xa":null}""")]
    [InlineData("""{"type":"object","propertyNames":{"pattern":"^[a-z]+$"},"minProperties":1}""", """{"ab":1}""")]
    [InlineData("""{"type":"object","maxProperties":1}""", """{"a":1}""")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"b":1}""")]
    [InlineData("""{"dependencies":{"a":{"required":["b"]}},"type":"object"}""", """{"a":1,"b":1}""")]
    [InlineData("""{"type":"number","minimum":1,"exclusiveMinimum":true}""", "1.5")]
    [InlineData("""{"items":{"$ref":"#x"},"$defs":{"x":{"$anchor":"x","type":"null"}}}""", "[null]")]
    [InlineData("""{"id":"http://example.org/s","items":{"$ref":"http://example.org/s#/$defs/x"},"$defs":{"x":{"type":"null"}}}""", "[null]")]
    [InlineData("""{"$dynamicRef":"#x","$defs":{"x":{"$dynamicAnchor":"x","type":"null"}}}""", "null")]
    [InlineData("""{"allOf":[{"properties":{"a":{}}}],"properties":{"b":{}},"unevaluatedProperties":false}""", """{"b":1,"a":1}""")]
    public void TryCompile_SupportedSchema_AdmitsWhatMatches(string schema, string text) => Assert.True(Grammars.Accepts(Grammars.Compile(schema), text));

    [Theory]
    [InlineData("{}", "")]
    [InlineData("{}", " 1")]
    [InlineData("{}", "{\"a\" :1}")]
    [InlineData("{}", "[1,  2]")]
    [InlineData("{}", "01")]
    [InlineData("{}", "[1,]")]
    [InlineData("""{"type":"string"}""", "\"\n\"")]
    [InlineData("""{"type":"string"}""", "\"\\ud83d\"")]
    [InlineData("""{"type":"string"}""", "\"\\ud83d\\u0041\"")]
    [InlineData("""{"type":"string"}""", "\"\\ude00\"")]
    [InlineData("""{"type":"string"}""", "\"\\x\"")]
    [InlineData("""{"type":"string","maxLength":1}""", "\"ab\"")]
    [InlineData("""{"type":"string","minLength":2}""", "\"a\"")]
    [InlineData("""{"minLength":2}""", "1")]
    [InlineData("""{"type":"integer"}""", "1.0")]
    [InlineData("""{"type":"integer"}""", "-0")]
    [InlineData("""{"type":["integer","null"]}""", "true")]
    [InlineData("""{"enum":["a","ab"]}""", "\"abc\"")]
    [InlineData("""{"enum":["a",1],"type":"string"}""", "1")]
    [InlineData("""{"type":"array","minItems":2,"maxItems":3}""", "[1]")]
    [InlineData("""{"type":"array","minItems":2,"maxItems":3}""", "[1,2,3,4]")]
    [InlineData("""{"type":"array","items":{"type":"integer"}}""", "[\"a\"]")]
    [InlineData("""{"properties":{"a":{},"b":{}}}""", """{"b":1,"a":1}""")]
    [InlineData("""{"properties":{"a":{},"b":{}},"additionalProperties":false}""", """{"c":1}""")]
    [InlineData("""{"properties":{"a":{},"b":{}},"required":["b"]}""", """{"a":1}""")]
    [InlineData("""{"properties":{"a":{"type":"null"}},"additionalProperties":{"type":"integer"}}""", """{"a":1}""")]
    [InlineData("""{"properties":{"a":{"type":"null"}},"additionalProperties":{"type":"integer"}}""", """{"\u0061":1}""")]
    [InlineData("""{"properties":{"a":{"type":"null"}},"additionalProperties":{"type":"integer"}}""", """{"a":null,"a":1}""")]
    [InlineData("""{"type":"string","pattern":"^b+$"}""", "\"abb\"")]
    [InlineData("""{"type":"string","pattern":"^a*$","minLength":2,"maxLength":3}""", "\"aaaa\"")]
    [InlineData("""{"type":"string","format":"date"}""", "\"2023-02-29\"")]
    [InlineData("""{"type":"string","format":"time"}""", "\"24:00:00Z\"")]
    [InlineData("""{"type":"string","format":"duration"}""", "\"PT\"")]
    [InlineData("""{"type":"string","format":"ipv4"}""", "\"256.0.0.1\"")]
    [InlineData("""{"type":"string","format":"uuid"}""", "\"01234567-89ab-cdef-0123-456789ABCDE\"")]
    [InlineData("""{"type":"integer","minimum":-5,"maximum":120}""", "121")]
    [InlineData("""{"type":"number","exclusiveMaximum":1}""", "1.0")]
    [InlineData("""{"$ref":"#/$defs/a","minLength":2,"$defs":{"a":{"type":"string","maxLength":3}}}""", "\"a\"")]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"a":{"minimum":3}}}]}""", """{"a":2}""")]
    [InlineData("""{"type":"string","allOf":[{"pattern":"^a"},{"pattern":"z$"}]}""", "\"ab\"")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "1")]
    [InlineData("""{"oneOf":[{"required":["a"]},{"required":["b"]}],"type":"object"}""", """{"a":1,"b":2}""")]
    [InlineData("""{"oneOf":[{"type":"string","format":"email"},{"type":"string","maxLength":100}]}""", "\"a@example.org\"")]
    [InlineData("""{"type":"string","not":{"enum":["a"]}}""", "\"a\"")]
    [InlineData("""{"type":"integer","not":{"const":3}}""", "3")]
    [InlineData("""{"if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"required":["a"]},"type":"object"}""", """{"k":1}""")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"null"}],"items":false}""", "[null,1]")]
    [InlineData("""{"type":"array","contains":{"type":"null"},"maxContains":1}""", "[null,null]")]
    [InlineData("""{"type":"array","items":{"enum":["a","b","c"]},"uniqueItems":true}""", """["c","c"]""")]
    [InlineData("""{"patternProperties":{"^x":{"type":"null"}},"additionalProperties":{"type":"integer"}}""", """{"xa":1}""")]
    [InlineData("""{"type":"object","propertyNames":{"pattern":"^[a-z]+$"}}""", """{"A":1}""")]
    [InlineData("""{"type":"object","minProperties":1}""", "{}")]
    [InlineData("""{"type":"object","maxProperties":1}""", """{"a":1,"b":2}""")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"a":1}""")]
    [InlineData("""{"type":"number","minimum":1,"exclusiveMinimum":true}""", "1")]
    [InlineData("""{"allOf":[{"properties":{"a":{}}}],"properties":{"b":{}},"unevaluatedProperties":false}""", """{"c":1}""")]
    [InlineData("""{"type":["object","array","string","number","boolean","null"],"minLength":2}""", "\"a\"")]
    public void TryCompile_SupportedSchema_AdmitsNothingElse(string schema, string text) => Assert.False(Grammars.Accepts(Grammars.Compile(schema), text));

    [Theory]
    [InlineData("\"\xC3\"")]
    [InlineData("\"\xC0\x80\"")]
    [InlineData("\"\xED\xA0\x80\"")]
    [InlineData("\"\xF4\x90\x80\x80\"")]
    [InlineData("\"\xE0\x80\x80\"")]
    [InlineData("\"\x80\"")]
    public void TryCompile_String_AdmitsNoMalformedUtf8(string latin1) =>
        Assert.False(Grammars.Accepts(Grammars.Compile("""{"type":"string"}"""), Encoding.Latin1.GetBytes(latin1)));

    [Theory]
    [InlineData("""{"not":{}}""", "#/not", null)]
    [InlineData("""{"not":{"type":["object","array","string","number","boolean","null"]}}""", "#", "type")]
    [InlineData("""{"anyOf":[{"not":{}}]}""", "#/anyOf/0/not", null)]
    [InlineData("""{"type":"string","enum":["a"],"pattern":"b"}""", "#", "enum")]
    [InlineData("""{"const":1,"enum":[2]}""", "#", "const")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"integer"}]}""", "#", "type")]
    [InlineData("""{"allOf":[{"minLength":3},{"maxLength":2}]}""", "#/allOf/1", "minLength")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"string"}]}""", "#", "type")]
    [InlineData("""{"type":"array","items":{"type":"string"},"uniqueItems":true}""", "#", "uniqueItems")]
    [InlineData("""{"type":"array","not":{"uniqueItems":true}}""", "#/not", "uniqueItems")]
    [InlineData("""{"type":"number","not":{"multipleOf":3}}""", "#/not", "multipleOf")]
    [InlineData("""{"type":"object","not":{"propertyNames":{"maxLength":3}}}""", "#/not", "propertyNames")]
    [InlineData("""{"type":"object","not":{"additionalProperties":{"type":"string"}}}""", "#/not", "additionalProperties")]
    [InlineData("""{"type":"object","minProperties":2}""", "#", "minProperties")]
    [InlineData("""{"type":"object","minProperties":3,"maxProperties":2}""", "#", "minProperties")]
    [InlineData("""{"type":"object","patternProperties":{"(a)\\1":{}}}""", "#/patternProperties/(a)\\1", null)]
    [InlineData("""{"type":"object","required":["b"],"properties":{"a":{}},"additionalProperties":false}""", "#/additionalProperties", null)]
    [InlineData("""{"type":"string","format":"date","pattern":"^a"}""", "#", null)]
    [InlineData("""{"dependentRequired":[]}""", "#", "dependentRequired")]
    [InlineData("""{"uniqueItems":1}""", "#", "uniqueItems")]
    [InlineData("""{"extends":{}}""", "#", "extends")]
    [InlineData("""{"unevaluatedItems":false}""", "#", "unevaluatedItems")]
    [InlineData("""{"$defs":{"a":{"$dynamicAnchor":"x"},"b":{"$dynamicAnchor":"x"}},"$dynamicRef":"#x"}""", "#", "$dynamicRef")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","items":{"$ref":"other.json"}}""", "#/items", "$ref")]
    [InlineData("""{"multipleOf":0}""", "#", "multipleOf")]
    [InlineData("""{"multipleOf":123457}""", "#", "multipleOf")]
    [InlineData("""{"uniqueItems":true}""", "#", "uniqueItems")]
    [InlineData("""{"$dynamicRef":"#x"}""", "#", "$dynamicRef")]
    [InlineData("""{"anyOf":[]}""", "#", "anyOf")]
    [InlineData("""{"$ref":"http://example.org/x"}""", "#", "$ref")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "#", "$ref")]
    [InlineData("""{"$ref":"#x"}""", "#", "$ref")]
    [InlineData("""{"$ref":"#"}""", "#", "$ref")]
    [InlineData("""{"enum":[]}""", "#", "enum")]
    [InlineData("""{"enum":"a"}""", "#", "enum")]
    [InlineData("""{"enum":[1],"type":"string"}""", "#", "enum")]
    [InlineData("""{"type":"text"}""", "#", "type")]
    [InlineData("""{"type":[]}""", "#", "type")]
    [InlineData("""{"type":null}""", "#", "type")]
    [InlineData("""{"pattern":"(a)\\1"}""", "#", "pattern")]
    [InlineData("""{"format":1}""", "#", "format")]
    [InlineData("""{"pattern":"a$b"}""", "#", "pattern")]
    [InlineData("""{"pattern":"(?<=a)b"}""", "#", "pattern")]
    [InlineData("""{"pattern":"(?<x>a)\\k<x>"}""", "#", "pattern")]
    [InlineData("""{"pattern":"(?>a)"}""", "#", "pattern")]
    [InlineData("""{"pattern":"(?m:^a)"}""", "#", "pattern")]
    [InlineData("""{"pattern":"\\p{Script=Greek}"}""", "#", "pattern")]
    [InlineData("""{"pattern":"\\ud800"}""", "#", "pattern")]
    [InlineData("""{"pattern":"(a"}""", "#", "pattern")]
    [InlineData("""{"pattern":"a)"}""", "#", "pattern")]
    [InlineData("""{"pattern":"[a"}""", "#", "pattern")]
    [InlineData("""{"pattern":"[z-a]"}""", "#", "pattern")]
    [InlineData("""{"pattern":"a**"}""", "#", "pattern")]
    [InlineData("""{"pattern":"*a"}""", "#", "pattern")]
    [InlineData("""{"pattern":"a{2,1}"}""", "#", "pattern")]
    [InlineData("""{"pattern":"a\\"}""", "#", "pattern")]
    [InlineData("""{"pattern":"^a$","minLength":2}""", "#", "pattern")]
    [InlineData("""{"pattern":1}""", "#", "pattern")]
    [InlineData("""{"minLength":2,"maxLength":1}""", "#", "minLength")]
    [InlineData("""{"minItems":-1}""", "#", "minItems")]
    [InlineData("""{"maxLength":"3"}""", "#", "maxLength")]
    [InlineData("""{"type":"integer","minimum":2,"maximum":1}""", "#", "minimum")]
    [InlineData("""{"type":"integer","minimum":"2"}""", "#", "minimum")]
    [InlineData("""{"type":"integer","exclusiveMinimum":1,"exclusiveMaximum":2}""", "#", "exclusiveMinimum")]
    [InlineData("""{"type":"number","maximum":1e1000}""", "#", "maximum")]
    [InlineData("""{"required":"a"}""", "#", "required")]
    [InlineData("""{"properties":[]}""", "#", "properties")]
    [InlineData("""{"properties":{"a":{},"a":{}}}""", "#", "properties")]
    [InlineData("""{"properties":{"a":3}}""", "#/properties/a", null)]
    [InlineData("false", "#", null)]
    [InlineData("null", "#", null)]
    [InlineData("""{"const":"\ud800"}""", "#", null)]
    [InlineData("""{"properties":{"\udc00":{}}}""", "#", null)]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "#", null)]
    public void TryCompile_CannotBeEnforced_NamesPathAndKeyword(string schema, string path, string? keyword)
    {
        Assert.Null(Grammars.TryCompile(schema, out var problem));
        Assert.Equal((path, keyword), (problem!.Path, problem.Keyword));
    }

    [Fact]
    public void TryCompile_PropertyThatNothingCanFill_IsNeverWritten()
    {
        var grammar = Grammars.Compile("""{"properties":{"a":{"$ref":"#/$defs/x"},"b":{}},"$defs":{"x":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/x"}}}}""");
        Assert.True(Grammars.Accepts(grammar, """{"b":1}"""));
        Assert.False(Grammars.Accepts(grammar, """{"a":"""));
    }

    [Fact]
    public void TryCompile_BytesThatNoTokenWrites_AreLeftOutWithAllThatNeedsThem()
    {
        var writable = ByteSet.Range(0x20, 0x7E) | ByteSet.Range(0x80, 0xBF) | ByteSet.Of(0xC3);
        var grammar = Grammars.Compile("{}", writable: writable);
        Assert.True(Grammars.Accepts(grammar, "\"é\""));
        Assert.False(Grammars.Accepts(grammar, "\"日\""));
        Assert.Null(Grammars.TryCompile("""{"const":"日"}""", out _, writable: writable));
    }

    [Fact]
    public void TryCompile_Cancelled_Throws()
    {
        using var document = JsonDocument.Parse("{}");
        Assert.Throws<OperationCanceledException>(
            () => GrammarCompiler.TryCompile(new TextForm.Json(document.RootElement), null, Tokens, ConstraintLimits.Default, new CancellationToken(true), out _));
    }

    [Theory]
    [InlineData("[[[[]]]]", true)]
    [InlineData("[[[[[]]]]]", false)]
    [InlineData("[[[[1]]]]", false)]
    [InlineData("[[[1]]]", true)]
    [InlineData("""[[{"a":1}]]""", true)]
    [InlineData("""[[[{"a":1}]]]""", false)]
    public void TryCompile_AnyValue_IsAsDeepAsTheLimit(string text, bool admitted) =>
        Assert.Equal(admitted, Grammars.Accepts(Grammars.Compile("{}", new() { MaxDepth = 3 }), text));

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"a":{"a":[]}}""", true)]
    [InlineData("[]", false)]
    [InlineData("1", false)]
    public void TryCompile_JsonObject_AdmitsObjects(string text, bool admitted) =>
        Assert.Equal(admitted, Grammars.Accepts(Grammars.Compile(new TextForm.JsonObject()), text));

    [Theory]
    [InlineData("""<call>{"name": "f", "arguments": {"a":1}}</call>""", true)]
    [InlineData("""<call>{"name": "g", "arguments": {"x":{}}}</call>""", false)]
    [InlineData("""<call>{"name": "f", "arguments": {"a":1}}</call>""" + "\n" + """<call>{"name": "g", "arguments": {}}</call>""", true)]
    [InlineData("""<call>{"name": "f", "arguments": {"a":"1"}}</call>""", false)]
    [InlineData("""<call>{"name": "h", "arguments": {}}</call>""", false)]
    [InlineData("""<call>{"name": "g", "arguments": {}}</call>""" + "\n" + """<call>{"name": "g", "arguments": {}}</call>""" + "\n" + """<call>{"name": "g", "arguments": {}}</call>""", false)]
    public void TryCompile_CallsOfTwoFunctions_AdmitsCallsOfThem(string text, bool admitted)
    {
        using var schema = JsonDocument.Parse("""{"properties":{"a":{"$ref":"#/$defs/n"}},"required":["a"],"$defs":{"n":{"type":"integer"}}}""");
        var grammar = Grammars.Compile(new TextForm.Calls([new("f", schema.RootElement), new("g", null)], s_syntax, 2));
        Assert.Equal(admitted, Grammars.Accepts(grammar, text));
    }

    [Fact]
    public void TryCompile_CallsThatCannotBeEnforced_NamesTheFunction()
    {
        using var schema = JsonDocument.Parse("""{"properties":{"a":{"extends":{}}}}""");
        Assert.Null(Grammars.TryCompile(new TextForm.Calls([new("g", null), new("f", schema.RootElement)], s_syntax, 1), out var problem));
        Assert.Equal(("f#/properties/a", "extends"), (problem!.Path, problem.Keyword));
    }

    [Theory]
    [InlineData("yes", true)]
    [InlineData("yes, please", true)]
    [InlineData("", true)]
    [InlineData("日本", true)]
    [InlineData("yes,", false)]
    [InlineData("no", false)]
    [InlineData("yesyes", false)]
    [InlineData("\"yes\"", false)]
    public void TryCompile_Choice_AdmitsItsTextsAlone(string text, bool admitted) =>
        Assert.Equal(admitted, Grammars.Accepts(Grammars.Compile(new TextForm.Choice(["yes", "日本", "yes, please", "", "yes"])), text));

    [Theory]
    [InlineData(@"[a-c]{2}|\d+", "ab", true)]
    [InlineData(@"[a-c]{2}|\d+", "2026", true)]
    [InlineData(@"[a-c]{2}|\d+", "xab", false)]
    [InlineData(@"[a-c]{2}|\d+", "ab1", false)]
    [InlineData(@"^\w+@\w+\.com\n$", "me@here.com\n", true)]
    [InlineData("\"é?\"", "\"é\"", true)]
    [InlineData("a*", "", true)]
    public void TryCompile_Pattern_AdmitsWhatItMatchesAsAWhole(string pattern, string text, bool admitted) =>
        Assert.Equal(admitted, Grammars.Accepts(Grammars.Compile(new TextForm.Pattern(pattern)), text));

    [Theory]
    [InlineData("(?#a)b", "of the groups that begin with '(?'")]
    [InlineData("(?=a)b", "no text matches")]
    [InlineData("(", "a group is not closed")]
    [InlineData(@"(a)\1", @"'\1' is not supported")]
    [InlineData(@"[^\x00-\u{10FFFF}]", "no text matches")]
    public void TryCompile_PatternThatCannotBeEnforced_SaysWhy(string pattern, string reason)
    {
        Assert.Null(Grammars.TryCompile(new TextForm.Pattern(pattern), out var problem));
        Assert.Contains(reason, problem!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "<think>", true)]
    [InlineData("<think>hm, {</think>1", "<think>", true)]
    [InlineData("<think>hm</think>\n\n1", "<think>", true)]
    [InlineData("<think></think>\n1", "<think>", true)]
    [InlineData("<think></</<</thin</think></think>1", "<think>", false)]
    [InlineData("<think></</<</thin</think>1", "<think>", true)]
    [InlineData("<think>1", "<think>", false)]
    [InlineData("<think>hm</think>\n\n\n1", "<think>", false)]
    [InlineData("<think>hm</think>", "<think>", false)]
    [InlineData("<think>hm</think><think>hm</think>1", "<think>", false)]
    [InlineData("hm</think>1", "<think>", false)]
    [InlineData("hm\n</think>1", null, true)]
    [InlineData("<think></think>1", null, true)]
    [InlineData("1", null, false)]
    public void TryCompile_WithAThought_AdmitsAnyTextUpToItsEndBeforeTheValue(string text, string? start, bool admitted) =>
        Assert.Equal(admitted, Grammars.Accepts(Grammars.Compile(new TextForm.Pattern("1"), new ThoughtSyntax(start, "</think>")), text));
}
