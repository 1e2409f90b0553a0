using System.Text.Json;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Requests;

namespace LoopLM.Server.Tests.OpenAi;

public sealed class ResponseFormatsTests
{
    private const string Person =
        """{"type":"json_schema","json_schema":{"name":"person","schema":{"type":"object","properties":{"name":{"type":"string","maxLength":9},"age":{"type":"integer","minimum":0,"maximum":120}},"required":["name","age"],"additionalProperties":false}}}""";

    [Theory]
    [InlineData("[]", nameof(RequestErrorKind.InvalidType), "response_format")]
    [InlineData("{}", nameof(RequestErrorKind.MissingField), "response_format.type")]
    [InlineData("""{"type":1}""", nameof(RequestErrorKind.InvalidType), "response_format.type")]
    [InlineData("""{"type":"grammar"}""", nameof(RequestErrorKind.UnsupportedValue), "response_format.type")]
    [InlineData("""{"type":"json_schema"}""", nameof(RequestErrorKind.MissingField), "response_format.json_schema")]
    [InlineData("""{"type":"json_schema","json_schema":[]}""", nameof(RequestErrorKind.InvalidType), "response_format.json_schema")]
    [InlineData("""{"type":"json_schema","json_schema":{"schema":{}}}""", nameof(RequestErrorKind.MissingField), "response_format.json_schema.name")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a b","schema":{}}}""", nameof(RequestErrorKind.InvalidValue), "response_format.json_schema.name")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{},"strict":"yes"}}""", nameof(RequestErrorKind.InvalidType), "response_format.json_schema.strict")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a"}}""", nameof(RequestErrorKind.MissingField), "response_format.json_schema.schema")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{"multipleOf":2}}}""", nameof(RequestErrorKind.InvalidValue), "response_format.json_schema.schema")]
    public async Task TryCompile_NotAFormat_IsRefused(string format, string kind, string field)
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.False(server.Service<ResponseFormats>().TryCompile(server.Models.Default, JsonElement.Parse(format), CancellationToken.None, out var constraint, out var error));
        Assert.Equal((kind, field, null), (error.Kind.ToString(), error.Field, constraint));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"type":"text"}""")]
    public async Task TryCompile_AnyText_GivesNoConstraint(string? format)
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Null(Compile(server, format));
    }

    [Fact]
    public async Task TryCompile_TakesTooLong_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:SchemaTimeout=00:00:00.001");
        var properties = string.Join(',', Enumerable.Range(0, 400).Select(i => $$""" "p{{i}}":{"type":"string","pattern":"^(?:x|y)*x(?:x|y){8}{{i}}$"}"""));
        var format = $$"""{"type":"json_schema","json_schema":{"name":"a","schema":{"properties":{ {{properties}} } } } }""";
        Assert.False(server.Service<ResponseFormats>().TryCompile(server.Models.Default, JsonElement.Parse(format), CancellationToken.None, out _, out var error));
        Assert.Contains("too long", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"json_object"}""")]
    [InlineData(Person)]
    public async Task TryStart_WithAFormat_EveryChoiceIsCompleteJson(string format)
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.Certainty = 0;
        for (var seed = 0; seed < 10; seed++)
        {
            var texts = await GenerateAsync(server, new TextRequest
            {
                Prompts = [new TextPrompt("a", default)],
                Choices = 2,
                MaxTokens = 50,
                Sampling = new() { Temperature = 2, Seed = seed },
                Constraint = Compile(server, format),
            });
            Assert.All(texts, text =>
            {
                Assert.Equal(TextFinishReason.Stop, text.End.FinishReason);
                var value = JsonElement.Parse(text.Text);
                Assert.Equal(JsonValueKind.Object, value.ValueKind);
                if (format == Person)
                {
                    Assert.Equal(["name", "age"], value.EnumerateObject().Select(property => property.Name));
                    Assert.InRange(value.GetProperty("age").GetInt32(), 0, 120);
                }
            });
        }
    }

    [Theory]
    [InlineData(1, false, "min_tokens")]
    [InlineData(0, true, "ignore_eos")]
    public async Task TryStart_FormatAndNoEnd_IsRefused(int minTokens, bool ignoreEnd, string field)
    {
        await using var server = await ServerHarness.StartAsync();
        var request = new TextRequest
        {
            Prompts = [new TextPrompt("a", default)],
            MinTokens = minTokens,
            IgnoreEndOfText = ignoreEnd,
            Constraint = Compile(server, Person),
        };
        Assert.False(server.Service<TextGenerator>().TryStart(request, out _, out var error));
        Assert.Equal(field, error.Field);
    }

    private static Func<int, ITokenConstraint>? Compile(ServerHarness server, string? format)
    {
        Assert.True(server.Service<ResponseFormats>().TryCompile(
            server.Models.Default, format is null ? null : JsonElement.Parse(format), CancellationToken.None, out var constraint, out var error), error?.Message);
        return constraint;
    }

    private static async Task<IReadOnlyList<FinishedText>> GenerateAsync(ServerHarness server, TextRequest request)
    {
        Assert.True(server.Service<TextGenerator>().TryStart(request, out var choices, out var error), error?.Message);
        using (choices)
        using (var patience = new CancellationTokenSource(ServerHarness.Patience))
        {
            return await choices.ReadToEndAsync(patience.Token);
        }
    }
}
