using System.Text.Json;

namespace LoopLM.StructuredOutput.Tests;

public class FunctionParametersTests
{
    [Theory]
    [InlineData("""{"type":"string"}""", ParameterSpelling.Text)]
    [InlineData("""{"type":"string","pattern":"^a","description":"d"}""", ParameterSpelling.Text)]
    [InlineData("""{"enum":["a","b"]}""", ParameterSpelling.Text)]
    [InlineData("""{"$ref":"#/$defs/t"}""", ParameterSpelling.Text)]
    [InlineData("""{"type":["null","string"]}""", ParameterSpelling.TextOrNull)]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}],"default":null}""", ParameterSpelling.TextOrNull)]
    [InlineData("""{"type":"string","pattern":"^a","format":"email"}""", ParameterSpelling.Text)]
    [InlineData("""{"type":"string","allOf":[{"minLength":1}]}""", ParameterSpelling.Quoted)]
    [InlineData("""{"type":["string","integer"]}""", ParameterSpelling.Json)]
    [InlineData("""{"enum":["a",1]}""", ParameterSpelling.Json)]
    [InlineData("""{"type":"integer"}""", ParameterSpelling.Json)]
    [InlineData("""{"$ref":"#/$defs/loop"}""", ParameterSpelling.Json)]
    [InlineData("true", ParameterSpelling.Json)]
    public void SpellingOf_Schema_IsTextWhereStringsAreAllThatItAdmits(string parameter, ParameterSpelling spelling)
    {
        using var schema = JsonDocument.Parse($$$"""{"properties":{"p":{{{parameter}}} },"$defs":{"t":{"type":"string"},"loop":{"$ref":"#/$defs/loop"} } }""");

        var parameters = FunctionParameters.Of([new("f", schema.RootElement), new("f", null)]);

        Assert.Equal(spelling, parameters.SpellingOf("f", "p"));
        Assert.Equal(ParameterSpelling.Json, parameters.SpellingOf("f", "q"));
        Assert.Equal(ParameterSpelling.Json, parameters.SpellingOf("g", "p"));
    }

    [Fact]
    public void SpellingOf_RootThatOnlyRefers_IsThatOfWhatItRefersTo()
    {
        using var schema = JsonDocument.Parse("""{"$ref":"#/$defs/a","$defs":{"a":{"properties":{"p":{"type":"string"} } } } }""");

        Assert.Equal(ParameterSpelling.Text, FunctionParameters.Of([new("f", schema.RootElement)]).SpellingOf("f", "p"));
    }
}
