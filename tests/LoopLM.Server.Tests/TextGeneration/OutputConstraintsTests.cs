using System.Text.Json;
using LoopLM.Engine.Configuration;
using LoopLM.Server.Access;
using LoopLM.Server.Errors;
using LoopLM.Server.Models;
using LoopLM.Server.TextGeneration;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.Tests.TextGeneration;

public sealed class OutputConstraintsTests
{
    private const string Person =
        """{"type":"object","properties":{"name":{"type":"string","maxLength":9},"age":{"type":"integer","minimum":0,"maximum":120}},"required":["name","age"],"additionalProperties":false}""";

    [Fact]
    public async Task CompileAsync_CannotBeEnforced_NamesFieldAndKeyword()
    {
        await using var server = await ServerHarness.StartAsync();
        var error = await ErrorOfAsync(server, Json("""{"type":"string","pattern":"(a)\\1"}"""));
        Assert.Equal((RequestErrorKind.InvalidValue, "guided_json"), (error!.Kind, error.Field));
        Assert.Contains("pattern", error.Message.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CompileAsync_TakesTooLong_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:SchemaTimeout=00:00:00.001");
        var properties = string.Join(
            ',', Enumerable.Range(0, 400).Select(i => $$""" "p{{i}}":{"type":"string","pattern":"^(?:x|y)*x(?:x|y){8}{{i}}$"}"""));
        var error = await ErrorOfAsync(server, Json($$"""{"properties":{ {{properties}} } }"""));
        Assert.Contains("too long", error!.Message.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CompileAsync_SameFormatAgain_IsNotCompiledAgain()
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Null(await ErrorOfAsync(server, Json(Person)));
        Assert.Null(await ErrorOfAsync(server, Json(Person) with { Field = "response_format" }));

        var found = server.Service<GrammarCache>().Statistics;
        Assert.Equal((1, 1), (found.CurrentEntryCount, found.TotalHits));
    }

    [Fact]
    public async Task CompileAsync_RefusedFormatAgain_IsNotCompiledAgain()
    {
        await using var server = await ServerHarness.StartAsync();
        var format = Json("""{"type":"string","pattern":"(a)\\1"}""");

        var (first, second) = (await ErrorOfAsync(server, format), await ErrorOfAsync(server, format with { Field = "response_format" }));

        Assert.Equal(
            ("guided_json", "response_format", first!.Message.ToString()), (first.Field, second!.Field, second.Message.ToString()));
        Assert.Equal(
            (1, 1), (server.Service<GrammarCache>().Statistics.CurrentEntryCount, server.Service<GrammarCache>().Statistics.TotalHits));
    }

    [Fact]
    public async Task CompileAsync_OtherFormatModelOrReasoning_IsCompiledForItself()
    {
        await using var server = await ServerHarness.StartAsync(settings: ServerHarness.SeveralModels("one", "two"));
        OutputFormat[] formats =
        [
            Json("""{"const":"a"}"""), new("f", new TextFormat.JsonObject()),
            new("f", new TextFormat.Choice(["a"])), new("f", new TextFormat.Choice(["a", "b"])),
            new("f", new TextFormat.Pattern("a")), new("f", new TextFormat.Pattern("a"), new ReasoningSyntax(null, "</a>")),
            new("f", new TextFormat.Pattern("a"), new ReasoningSyntax("<a>", "</a>")),
            new("f", Calls("f", 1)), new("f", Calls("f", 2)), new("f", Calls("g", 1)),
        ];

        foreach (var (model, format) in server.Models.All.SelectMany(model => formats.Select(format => (model, format))))
        {
            Assert.Null(await ErrorOfAsync(server, format, model));
        }

        var found = server.Service<GrammarCache>().Statistics;
        Assert.Equal((2 * formats.Length, 0), (found.CurrentEntryCount, found.TotalHits));
    }

    [Fact]
    public async Task CompileAsync_MoreFormatsThanMemory_KeepsTheMemory()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxGrammarCacheBytes=100000");

        for (var i = 0; i < 60; i++)
        {
            Assert.Null(await ErrorOfAsync(server, Json($$"""{"type":"string","minLength":{{i}}}""")));
            Assert.InRange(server.Service<GrammarCache>().Statistics.CurrentEstimatedSize!.Value, 1, 100_000);
        }
    }

    [Fact]
    public async Task CompileAsync_NoMemoryForGrammars_CompilesEachTime()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxGrammarCacheBytes=0");

        Assert.Null(await ErrorOfAsync(server, Json(Person)));
        Assert.Null(await ErrorOfAsync(server, Json(Person)));

        Assert.Equal(0, server.Service<GrammarCache>().Statistics.TotalHits);
    }

    [Theory]
    [InlineData(SpeculationStrategy.Off)]
    [InlineData(SpeculationStrategy.Fixed)]
    public async Task StartAsync_WithAFormat_EveryChoiceIsComplete(SpeculationStrategy strategy)
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
                Speculation = new() { Strategy = strategy },
                Constraints = new() { Format = Json(Person) },
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

    [Fact]
    public async Task StartAsync_WithAFormatAndDrafts_GivesTheTextWithoutThem()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.Certainty = 0;
        var request = new TextRequest
        {
            Prompts = [new TextPrompt("a", default)],
            Choices = 6,
            MaxTokens = 60,
            Sampling = new() { Temperature = 2, Seed = 4 },
            Constraints = new() { Format = Json(Person) },
        };

        var plain = await GenerateAsync(server, request with { Speculation = new() { Strategy = SpeculationStrategy.Off } });
        var drafted = await GenerateAsync(server, request with { Speculation = new() { Strategy = SpeculationStrategy.Fixed } });

        Assert.Equal(plain.Select(text => text.Text), drafted.Select(text => text.Text));
    }

    [Fact]
    public async Task StartAsync_MasksTakeTooMuchWork_EndsAtOneTokenWithAndWithoutDrafts()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxMaskWork=65536");
        var alternatives = Enumerable.Range(0, 500)
            .Select(i => $$"""{"type":"array","items":{"type":"string","minLength":40,"maxLength":{{5000 + i}}},"minItems":1}""");
        var request = new TextRequest
        {
            Prompts = [new TextPrompt("a", default)],
            MaxTokens = 50,
            Constraints = new() { Format = Json($$"""{"anyOf":[{{string.Join(',', alternatives)}}]}""") },
        };

        var plain = await GenerateAsync(server, request with { Speculation = new() { Strategy = SpeculationStrategy.Off } });
        var drafted = await GenerateAsync(server, request with { Speculation = new() { Strategy = SpeculationStrategy.Fixed } });

        var error = Assert.Single(plain).End.Error!;
        Assert.Equal(RequestErrorKind.InvalidValue, error.Kind);
        Assert.Contains("Limits:MaxMaskWork", error.Message.ToString(), StringComparison.Ordinal);
        Assert.Equal(error.Message.ToString(), Assert.Single(drafted).End.Error!.Message.ToString());
    }

    [Theory]
    [InlineData(1, false, "min_tokens")]
    [InlineData(0, true, "ignore_eos")]
    public async Task StartAsync_FormatAndNoEnd_IsRefused(int minTokens, bool ignoreEnd, string field)
    {
        await using var server = await ServerHarness.StartAsync();
        var request = new TextRequest
        {
            Prompts = [new TextPrompt("a", default)],
            Stops = new() { MinTokens = minTokens, IgnoreEndOfText = ignoreEnd },
            Constraints = new() { Format = Json(Person) },
        };
        var started = await server.Service<TextService>().StartAsync(request, Caller.Local, CancellationToken.None);
        Assert.False(started.TryGet(out _, out var error));
        Assert.Equal(field, error.Field);
    }

    private static OutputFormat Json(string schema) => new("guided_json", new TextFormat.Json(JsonElement.Parse(schema)));

    private static TextFormat.Calls Calls(string name, int most) =>
        new([new FunctionSchema(name, null)], new CallSyntax("<", ">", "/", ","), most);

    private static async Task<RequestError?> ErrorOfAsync(ServerHarness server, OutputFormat format, ServedModel? model = null)
    {
        var compiled = await server.Service<OutputConstraints>()
            .CompileAsync(model ?? server.Models.Default, format, Caller.Local, CancellationToken.None);
        return compiled.TryGet(out _, out var error) ? null : error;
    }

    private static async Task<IReadOnlyList<FinishedText>> GenerateAsync(ServerHarness server, TextRequest request)
    {
        var started = await server.Service<TextService>().StartAsync(request, Caller.Local, CancellationToken.None);
        Assert.True(started.TryGet(out var choices, out var error), error?.Message.ToString());
        using (choices)
        using (var patience = new CancellationTokenSource(ServerHarness.Patience))
        {
            return await choices.ReadToEndAsync(patience.Token);
        }
    }
}
