using System.Text.Json;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>Thinking ahead and reused prefixes, as clients request them and read of them.</summary>
public sealed class SpeculationTests
{
    private const string Fixed = "\"speculation\":\"fixed\",\"draft_loops\":1";

    [Fact]
    public async Task Post_FixedSpeculation_SaysWhichTokensWereDraftedAndCountsThem()
    {
        await using var server = await ServerHarness.StartAsync(text: "hello there");

        var answer = await server.CompleteAsync($$"""{"prompt":"a","max_tokens":5,"exit_threshold":1,"return_drafted":true,{{Fixed}}}""");

        var choice = answer.GetProperty("choices")[0];
        Assert.Equal("hello", choice.GetProperty("text").GetString());

        // Nothing follows the last token, so nobody drafts it.
        Assert.Equal("[true,true,true,true,false]", choice.GetProperty("drafted").GetRawText());
        Assert.Equal((4, 4), (Usage(answer, "draft_tokens"), Usage(answer, "accepted_draft_tokens")));
    }

    [Fact]
    public async Task Post_SpeculationOff_DraftsNothing()
    {
        await using var server = await ServerHarness.StartAsync(text: "hello there", settings: "--Engine:Speculation:Strategy=Fixed");

        var answer = await server.CompleteAsync("""{"prompt":"a","max_tokens":5,"exit_threshold":1,"speculation":"off"}""");

        Assert.Equal((0, 0), (Usage(answer, "draft_tokens"), Usage(answer, "accepted_draft_tokens")));
    }

    [Fact]
    public async Task Post_FixedSpeculationAtTemperature_GivesTheSameText()
    {
        await using var server = await ServerHarness.StartAsync();
        const string sampled =
            "\"prompt\":\"a\",\"max_tokens\":40,\"temperature\":1,\"seed\":3,\"ignore_eos\":true,\"repetition_penalty\":1.2";

        var plain = await server.CompleteAsync($"{{{sampled}}}");
        var drafted = await server.CompleteAsync($"{{{sampled},{Fixed}}}");

        Assert.Equal(plain.GetProperty("choices").GetRawText(), drafted.GetProperty("choices").GetRawText());
    }

    [Fact]
    public async Task Post_SamePromptAgain_CountsItsCachedTokens()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Engine:PrefixCache=On");
        var first = await server.CompleteAsync("""{"prompt":"abcdefgh","max_tokens":2}""");

        var second = await server.CompleteAsync("""{"prompt":"abcdefgh","max_tokens":2}""");
        var salted = await server.CompleteAsync("""{"prompt":"abcdefgh","max_tokens":2,"cache_salt":"mine"}""");

        Assert.Equal([0, 7, 0], new[] { first, second, salted }.Select(Cached));
        Assert.Equal(first.GetProperty("choices").GetRawText(), second.GetProperty("choices").GetRawText());
    }

    [Theory]
    [InlineData("exact", 0)]
    [InlineData("as-generated", 5)]
    public async Task Post_ConversationWhoseTokensLeftEarly_CountsWhatIsReusedAsGenerated(string reuse, int asGenerated)
    {
        await using var server = await ServerHarness.StartAsync(text: "ijklmnop", settings: "--Engine:PrefixCache=On");
        await server.CompleteAsync(
            $$"""{"prompt":"abcdefgh","max_tokens":6,"exit_policy":"fixed","max_loops":1,"prefix_reuse":"{{reuse}}"}""");

        var answer = await server.CompleteAsync($$"""{"prompt":"abcdefghijklmno","max_tokens":1,"prefix_reuse":"{{reuse}}"}""");

        var details = answer.GetProperty("usage").GetProperty("prompt_tokens_details");
        Assert.Equal(8 + asGenerated, details.GetProperty("cached_tokens").GetInt32());
        Assert.Equal(asGenerated, details.TryGetProperty("as_generated_tokens", out var generated) ? generated.GetInt32() : 0);
    }

    [Theory]
    [InlineData("\"prefix_reuse\":\"all\"", "'prefix_reuse' is 'all'; it must be exact or as-generated.")]
    [InlineData("\"speculation\":\"eager\"", "'speculation' is 'eager'; it must be off, fixed or adaptive.")]
    [InlineData("\"speculation\":\"fixed\",\"draft_loops\":0", "'draft_loops' is 0; it must be between 1 and 8.")]
    [InlineData("\"draft_loops\":2", "'draft_loops' needs 'speculation' to be 'fixed'; it is 'off'.")]
    [InlineData("\"cache_salt\":\"\"", "'cache_salt' has 0 characters; it must have 1 to 256.")]
    public async Task Post_SettingsThatCannotBe_AreRefused(string settings, string message)
    {
        await using var server = await ServerHarness.StartAsync();

        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync($"{{\"prompt\":\"a\",{settings}}}"));

        Assert.Equal((400, message), ((int)response.StatusCode, error.GetProperty("message").GetString()));
    }

    private static int Usage(JsonElement answer, string name) => answer.GetProperty("usage").GetProperty(name).GetInt32();

    private static int Cached(JsonElement answer) =>
        answer.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32();
}
