using System.Text.Json;
using LoopLM.Server.Generations;
using LoopLM.Text.Constraints;

namespace LoopLM.Server.Tests.Generations;

public sealed class OutputConstraintsTests
{
    private const string Person =
        """{"type":"object","properties":{"name":{"type":"string","maxLength":9},"age":{"type":"integer","minimum":0,"maximum":120}},"required":["name","age"],"additionalProperties":false}""";

    [Fact]
    public async Task TryCompile_CannotBeEnforced_NamesFieldAndKeyword()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.False(TryCompile(server, Json("""{"type":"string","pattern":"(a)\\1"}"""), out var error));
        Assert.Equal((RequestErrorKind.InvalidValue, "guided_json"), (error!.Kind, error.Field));
        Assert.Contains("pattern", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TryCompile_TakesTooLong_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:SchemaTimeout=00:00:00.001");
        var properties = string.Join(',', Enumerable.Range(0, 400).Select(i => $$""" "p{{i}}":{"type":"string","pattern":"^(?:x|y)*x(?:x|y){8}{{i}}$"}"""));
        Assert.False(TryCompile(server, Json($$"""{"properties":{ {{properties}} } }"""), out var error));
        Assert.Contains("too long", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TryCompile_SameFormatAgain_IsNotCompiledAgain()
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.True(TryCompile(server, Json(Person), out _));
        Assert.True(TryCompile(server, Json(Person) with { Field = "response_format" }, out _));

        var found = server.Service<GrammarCache>().Statistics;
        Assert.Equal((1, 1), (found.CurrentEntryCount, found.TotalHits));
    }

    [Fact]
    public async Task TryCompile_OtherFormatModelOrThought_IsCompiledForItself()
    {
        await using var server = await ServerHarness.StartAsync(settings: ServerHarness.SeveralModels("one", "two"));
        OutputFormat[] formats =
        [
            Json("""{"const":"a"}"""), new("f", new TextForm.JsonObject()), new("f", new TextForm.Choice(["a"])), new("f", new TextForm.Choice(["a", "b"])),
            new("f", new TextForm.Pattern("a")), new("f", new TextForm.Pattern("a"), new ThoughtSyntax(null, "</a>")), new("f", new TextForm.Pattern("a"), new ThoughtSyntax("<a>", "</a>")),
            new("f", Calls("f", 1)), new("f", Calls("f", 2)), new("f", Calls("g", 1)),
        ];

        Assert.All(server.Models.All, model => Assert.All(formats, format =>
            Assert.True(server.Service<OutputConstraints>().TryCompile(model, format, CancellationToken.None, out _, out _))));

        var found = server.Service<GrammarCache>().Statistics;
        Assert.Equal((2 * formats.Length, 0), (found.CurrentEntryCount, found.TotalHits));
    }

    [Fact]
    public async Task TryCompile_MoreFormatsThanMemory_KeepsTheMemory()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxGrammarCacheBytes=100000");

        for (var i = 0; i < 60; i++)
        {
            Assert.True(TryCompile(server, Json($$"""{"type":"string","minLength":{{i}}}"""), out _));
            Assert.InRange(server.Service<GrammarCache>().Statistics.CurrentEstimatedSize!.Value, 1, 100_000);
        }
    }

    [Fact]
    public async Task TryCompile_NoMemoryForGrammars_CompilesEachTime()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxGrammarCacheBytes=0");

        Assert.True(TryCompile(server, Json(Person), out _));
        Assert.True(TryCompile(server, Json(Person), out _));

        Assert.Equal(0, server.Service<GrammarCache>().Statistics.TotalHits);
    }

    [Fact]
    public async Task TryStart_WithAFormat_EveryChoiceIsComplete()
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
                Format = Json(Person),
            });
            Assert.All(texts, text =>
            {
                Assert.Equal(TextFinishReason.Stop, text.End.FinishReason);
                var value = JsonElement.Parse(text.Text);
                Assert.Equal(["name", "age"], value.EnumerateObject().Select(property => property.Name));
                Assert.InRange(value.GetProperty("age").GetInt32(), 0, 120);
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
            Format = Json(Person),
        };
        Assert.False(server.Service<TextGenerator>().TryStart(request, CancellationToken.None, out _, out var error));
        Assert.Equal(field, error.Field);
    }

    private static OutputFormat Json(string schema) => new("guided_json", new TextForm.Json(JsonElement.Parse(schema)));

    private static TextForm.Calls Calls(string name, int most) => new([new FunctionSchema(name, null)], new CallSyntax("<", ">", "/", ","), most);

    private static bool TryCompile(ServerHarness server, OutputFormat format, out RequestError? error) =>
        server.Service<OutputConstraints>().TryCompile(server.Models.Default, format, CancellationToken.None, out _, out error);

    private static async Task<IReadOnlyList<FinishedText>> GenerateAsync(ServerHarness server, TextRequest request)
    {
        Assert.True(server.Service<TextGenerator>().TryStart(request, CancellationToken.None, out var choices, out var error), error?.Message);
        using (choices)
        using (var patience = new CancellationTokenSource(ServerHarness.Patience))
        {
            return await choices.ReadToEndAsync(patience.Token);
        }
    }
}
