using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>Several prompts and several choices of <c>POST /v1/completions</c>, whole and streamed.</summary>
public sealed class ChoicesTests
{
    private const string Sampled = "\"temperature\":1,\"max_tokens\":30";

    [Theory]
    [InlineData("""["ab","c"]""")]
    [InlineData("[[97,98],[99]]")]
    public async Task Post_TwoPromptsTwoChoices_AreIndexedPromptByPrompt(string prompts)
    {
        await using var server = await ServerHarness.StartAsync();

        var answer = await server.CompleteAsync($$"""{"prompt":{{prompts}},"n":2,"max_tokens":1,"echo":true}""");

        Assert.Equal([0, 1, 2, 3], Choices(answer).Select(choice => choice.GetProperty("index").GetInt32()));
        Assert.Equal(["abh", "abh", "ch", "ch"], Choices(answer).Select(choice => choice.GetProperty("text").GetString()));
        var usage = answer.GetProperty("usage");
        Assert.Equal(
            (3, 4, 7), (usage.GetProperty("prompt_tokens").GetInt32(),
                usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32()));
    }

    [Fact]
    public async Task Post_SeveralChoices_DrawFromSeedsOfTheirOwnAndTheFirstFromTheSeed()
    {
        await using var server = await StrayingAsync();

        var several = Choices(await server.CompleteAsync($$"""{"prompt":"a","n":4,"best_of":4,"seed":5,{{Sampled}}}"""))
            .Select(Text).ToList();

        Assert.Equal(Text(Choices(await server.CompleteAsync($$"""{"prompt":"a","seed":5,{{Sampled}}}"""))[0]), several[0]);
        Assert.Equal(4, several.Distinct().Count());
        Assert.Equal(several, Choices(await server.CompleteAsync($$"""{"prompt":"a","n":4,"seed":5,{{Sampled}}}""")).Select(Text));
    }

    [Fact]
    public async Task Post_SeveralGreedyChoices_AreEqual()
    {
        await using var server = await ServerHarness.StartAsync();

        var choices = Choices(await server.CompleteAsync("""{"prompt":"a","n":2,"temperature":0,"max_tokens":4}"""));

        Assert.Equal(["hél", "hél"], choices.Select(Text));
    }

    [Theory]
    [InlineData("\"n\":1")]
    [InlineData("\"n\":3")]
    [InlineData("\"n\":3,\"stop\":[\"o\",\"rld\"],\"include_stop_str_in_output\":true")]
    [InlineData("\"n\":3,\"stop\":[\"o, w\",\"l\"],\"min_tokens\":5")]
    [InlineData("\"n\":2,\"logprobs\":3")]
    [InlineData("\"n\":2,\"logprobs\":0,\"echo\":true,\"return_token_ids\":true")]
    [InlineData("\"n\":2,\"return_loop_logprobs\":2,\"exit_threshold\":0.6,\"return_gate_probabilities\":true")]
    [InlineData("\"n\":2,\"stop_token_ids\":[108],\"return_tokens_as_token_ids\":true,\"logprobs\":1")]
    [InlineData("\"n\":2,\"ignore_eos\":true,\"skip_special_tokens\":false,\"repetition_penalty\":1.1,\"top_p\":0.9")]
    public async Task Post_SameSeedStreamed_GivesTheSameAsWhole(string options)
    {
        await using var server = await StrayingAsync();
        var body = $$"""{"prompt":["aé","b"],"seed":11,{{Sampled}},{{options}}""";

        var whole = JsonNode.Parse((await server.CompleteAsync(body + "}")).GetRawText())!;
        var events = await server.StreamAsync(body + ""","stream":true,"stream_options":{"include_usage":true}}""");

        Assert.Equal(whole["choices"]!.AsArray().Select(choice => StreamedChoices.Canonical(choice!)),
            StreamedChoices.Join(events).Select(StreamedChoices.Canonical));
        Assert.Equal(whole["usage"]!.ToJsonString(), JsonNode.Parse(events[^2])!["usage"]!.ToJsonString());
        Assert.Equal("[DONE]", events[^1]);
    }

    [Fact]
    public async Task Post_EchoStreamedWithoutTokens_GivesTheSameAsWhole()
    {
        await using var server = await StrayingAsync();
        const string body = """{"prompt":["aé","b"],"n":2,"max_tokens":0,"echo":true,"logprobs":1""";

        var whole = JsonNode.Parse((await server.CompleteAsync(body + "}")).GetRawText())!;
        var events = await server.StreamAsync(body + ""","stream":true}""");

        Assert.Equal(whole["choices"]!.AsArray().Select(choice => StreamedChoices.Canonical(choice!)),
            StreamedChoices.Join(events).Select(StreamedChoices.Canonical));
    }

    [Fact]
    public async Task Post_SeveralChoicesStreamed_Interleave()
    {
        await using var server = await ServerHarness.StartAsync();

        var events = await server.StreamAsync("""{"prompt":"a","n":2,"max_tokens":6,"stream":true}""");

        var indexes = events[..^1].ConvertAll(each => JsonElement.Parse(each).GetProperty("choices")[0].GetProperty("index").GetInt32());
        Assert.True(indexes.IndexOf(1) < indexes.LastIndexOf(0));
        Assert.Equal(14, indexes.Count);
    }

    [Fact]
    public async Task Post_StreamOfSplitCharacters_SendsWholeCharactersOnly()
    {
        await using var server = await ServerHarness.StartAsync(text: "é😀é");

        var events = await server.StreamAsync("""{"prompt":"a","n":2,"max_tokens":9,"stream":true}""");

        Assert.Equal(["é😀é", "é😀é"], StreamedChoices.Join(events).Select(choice => choice["text"]!.GetValue<string>()));
        Assert.All(events[..^1], each => Assert.DoesNotContain("\uFFFD", each, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Post_MoreChoicesThanTheQueueHasRoomFor_TakesNoneAndAnswers429()
    {
        await using var server = await ServerHarness.StartAsync(settings: ["--Engine:MaxSequences=1", "--Engine:MaxQueuedRequests=3"]);
        using var hold = new Hold(server.Runner);
        var first = server.CompleteAsync("""{"prompt":"a"}""");
        hold.WaitUntilHeld();
        var others = Enumerable.Range(0, 2).Select(_ => server.PostAsync("""{"prompt":"a","n":2,"stream":true}""")).ToArray();

        var (refused, error) = await ServerHarness.RefuseAsync(await Task.WhenAny(others).WaitAsync(ServerHarness.Patience));
        hold.LetGo();

        Assert.Equal((HttpStatusCode.TooManyRequests, "queue_full"), (refused.StatusCode, error.GetProperty("code").GetString()));
        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.TooManyRequests], (await Task.WhenAll(others)).Select(other => other.StatusCode).Order());
        await first;
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Post_ClientGoesAway_FreesEveryChoiceWithinATick(string stream)
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Equal(
            1, await server.LoopsOfAClientThatLeavesAsync(
                "/v1/completions", $$"""{"prompt":["a","b"],"n":3,"max_tokens":60,"stream":{{stream}}}"""));
    }

    [Fact]
    public async Task Post_OneChoiceFails_AnswersWithTheErrorAlone()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.BeforeLoop = batch =>
        {
            if (batch.Rows[0].Position == 3)
            {
                throw new InvalidOperationException("broken");
            }
        };

        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"a","n":3}"""));

        Assert.Equal((HttpStatusCode.InternalServerError, "internal_error"), (response.StatusCode, error.GetProperty("code").GetString()));
    }

    private static async Task<ServerHarness> StrayingAsync()
    {
        var server = await ServerHarness.StartAsync();
        server.Runner.Certainty = 5;
        return server;
    }

    private static JsonElement[] Choices(JsonElement answer) => [.. answer.GetProperty("choices").EnumerateArray()];

    private static string? Text(JsonElement choice) => choice.GetProperty("text").GetString();
}
