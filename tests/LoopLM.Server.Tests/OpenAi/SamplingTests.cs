using System.Net;
using System.Text.Json;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>What requests may say about the tokens of <c>POST /v1/completions</c>, and what the answers say of them.</summary>
public sealed class SamplingTests
{
    private const string Greedy = "\"prompt\":\"a\",\"temperature\":0";

    [Theory]
    [InlineData("\"logit_bias\":{\"122\":100}", "zzz", "length", null)]
    [InlineData("\"allowed_token_ids\":[108,111]", "oll", "length", null)]
    [InlineData("\"bad_words\":[\"el\",\" l\"]", "he\u0003", "length", null)]
    [InlineData("\"stop_token_ids\":[108]", "he", "stop", "108")]
    [InlineData("\"stop_token_ids\":[108],\"include_stop_str_in_output\":true", "hel", "stop", "108")]
    [InlineData("\"stop\":[\"e\"]", "h", "stop", "\"e\"")]
    [InlineData("\"stop\":[\"e\"],\"include_stop_str_in_output\":true", "he", "stop", "\"e\"")]
    [InlineData("\"stop\":[\"e\",\"l\"],\"min_tokens\":2", "he", "stop", "\"l\"")]
    public async Task Post_Choosing_ChangesTheText(string options, string text, string finish, string? stopReason)
    {
        await using var server = await ServerHarness.StartAsync(text: "hello");
        server.Runner.Certainty = 5;

        var choice = await ChooseAsync(server, $$"""{{{Greedy}},"max_tokens":3,{{options}}}""");

        Assert.Equal(
            (text, finish, stopReason ?? "null"),
            (choice.GetProperty("text").GetString(), choice.GetProperty("finish_reason").GetString(),
                choice.GetProperty("stop_reason").GetRawText()));
    }

    [Theory]
    [InlineData("", "ab", "stop")]
    [InlineData("\"min_tokens\":4,", "ab", "length")]
    [InlineData("\"ignore_eos\":true,", "ab", "length")]
    [InlineData("\"ignore_eos\":true,\"skip_special_tokens\":false,", "ab<|endoftext|>", "length")]
    public async Task Post_EndOfText_EndsUnlessItMayNot(string options, string begins, string finish)
    {
        await using var server = await ServerHarness.StartAsync(text: "ab");
        server.Runner.Certainty = 5;

        var choice = await ChooseAsync(server, $$"""{{{Greedy}},{{options}}"max_tokens":4}""");

        Assert.StartsWith(begins, choice.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            (finish, JsonValueKind.Null), (choice.GetProperty("finish_reason").GetString(), choice.GetProperty("stop_reason").ValueKind));
    }

    [Theory]
    [InlineData("\"repetition_penalty\":100")]
    [InlineData("\"frequency_penalty\":2")]
    [InlineData("\"presence_penalty\":2")]
    public async Task Post_Penalty_TurnsToAnotherToken(string penalty)
    {
        await using var server = await ServerHarness.StartAsync(text: "xx");
        server.Runner.Certainty = 2;

        var choice = await ChooseAsync(server, $$"""{{{Greedy}},"max_tokens":2,{{penalty}}}""");

        Assert.StartsWith("x", choice.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("xx", choice.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Post_Logprobs_AreParallelListsOverTheTokens()
    {
        await using var server = await ServerHarness.StartAsync(text: "hé");
        server.Runner.Certainty = 5;

        var logprobs = (await ChooseAsync(server, $$"""{{{Greedy}},"max_tokens":4,"logprobs":2}""")).GetProperty("logprobs");

        Assert.Equal(["h", "bytes:\\xc3", "bytes:\\xa9", "<|endoftext|>"], Texts(logprobs.GetProperty("tokens")));
        Assert.Equal([0, 1, 1, 2], logprobs.GetProperty("text_offset").EnumerateArray().Select(each => each.GetInt32()));
        Assert.All(logprobs.GetProperty("token_logprobs").EnumerateArray(), each => Assert.InRange(each.GetDouble(), -3, -0.1));
        var top = logprobs.GetProperty("top_logprobs")[0];
        Assert.Equal(2, top.EnumerateObject().Count());
        Assert.Equal(logprobs.GetProperty("token_logprobs")[0].GetDouble(), top.GetProperty("h").GetDouble());
    }

    [Fact]
    public async Task Post_LogprobsOfATokenThatIsNotOnTop_ListItBeside()
    {
        await using var server = await ServerHarness.StartAsync();

        var logprobs = (await ChooseAsync(
            server,
            $$"""{{{Greedy}},"max_tokens":1,"logprobs":1,"allowed_token_ids":[122],"return_tokens_as_token_ids":true}""")).GetProperty(
                "logprobs");

        Assert.Equal(["token_id:104", "token_id:122"], logprobs.GetProperty("top_logprobs")[0].EnumerateObject().Select(each => each.Name));
        Assert.Equal(-9999, logprobs.GetProperty("token_logprobs")[0].GetDouble());
    }

    [Fact]
    public async Task Post_EchoWithoutTokens_ScoresThePromptAlone()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.Certainty = 5;

        var answer = await server.CompleteAsync("""{"prompt":"aé😀b","max_tokens":0,"echo":true,"logprobs":1}""");

        var choice = answer.GetProperty("choices")[0];
        Assert.Equal(
            ("aé😀b", "length", 0), (choice.GetProperty("text").GetString(),
                choice.GetProperty("finish_reason").GetString(), choice.GetProperty("exit_steps").GetArrayLength()));
        var logprobs = choice.GetProperty("logprobs");
        Assert.Equal([0, 1, 1, 2, 2, 2, 2, 3], logprobs.GetProperty("text_offset").EnumerateArray().Select(each => each.GetInt32()));
        Assert.Equal(8, logprobs.GetProperty("tokens").GetArrayLength());
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null),
            (logprobs.GetProperty("token_logprobs")[0].ValueKind, logprobs.GetProperty("top_logprobs")[0].ValueKind));
        Assert.All(logprobs.GetProperty("token_logprobs").EnumerateArray().Skip(1), each => Assert.True(each.GetDouble() < 0));
        Assert.Equal(
            (8, 0), (answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(),
                answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
        Assert.Equal(8, server.Runner.HeadRows);
    }

    [Fact]
    public async Task Post_EchoWithoutLogprobs_RunsTheHeadForTheAnswerAlone()
    {
        await using var server = await ServerHarness.StartAsync(text: "he");

        var choice = await ChooseAsync(server, """{"prompt":"abc","max_tokens":2,"echo":true}""");

        Assert.Equal(("abche", JsonValueKind.Null, 2),
            (choice.GetProperty("text").GetString(), choice.GetProperty("logprobs").ValueKind, server.Runner.HeadRows));
    }

    [Fact]
    public async Task Post_PromptLogprobs_RankEveryTokenButTheFirst()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.Certainty = 5;

        var scored = (await ChooseAsync(
            server, """{"prompt":"a\u0000b","max_tokens":1,"prompt_logprobs":1}""")).GetProperty("prompt_logprobs");

        Assert.Equal(
            [JsonValueKind.Null, JsonValueKind.Object, JsonValueKind.Object], scored.EnumerateArray().Select(each => each.ValueKind));
        Assert.Equal(["0"], scored[1].EnumerateObject().Select(each => each.Name));
        Assert.Equal(
            (1, "\0"), (scored[1].GetProperty("0").GetProperty("rank").GetInt32(),
                scored[1].GetProperty("0").GetProperty("decoded_token").GetString()));
        Assert.Equal(["98", "0"], scored[2].EnumerateObject().Select(each => each.Name));
        Assert.True(scored[2].GetProperty("98").GetProperty("rank").GetInt32() > 1);
    }

    [Fact]
    public async Task Post_TokenIdsAsked_GivesThoseOfPromptAndAnswer()
    {
        await using var server = await ServerHarness.StartAsync();

        var choice = await ChooseAsync(server, """{"prompt":"ab","max_tokens":2,"return_token_ids":true}""");

        Assert.Equal("[97,98]", choice.GetProperty("prompt_token_ids").GetRawText());
        Assert.Equal("[104,195]", choice.GetProperty("token_ids").GetRawText());
    }

    [Fact]
    public async Task Post_LoopLogprobs_GivesTheTopOfEveryLoopThatRan()
    {
        await using var server = await ServerHarness.StartAsync();

        var choice = await ChooseAsync(server, """{"prompt":"a","max_tokens":2,"exit_threshold":0.6,"return_loop_logprobs":3}""");

        var loops = choice.GetProperty("loop_logprobs");
        Assert.Equal([4, 2], loops.EnumerateArray().Select(token => token.GetArrayLength()));
        Assert.Equal(3, loops[0][0].GetArrayLength());
        var first = loops[0][3][0];
        Assert.Equal(
            ("h", 104, 0), (first.GetProperty("token").GetString(),
                first.GetProperty("id").GetInt32(), first.GetProperty("logprob").GetDouble()));
    }

    [Fact]
    public async Task Post_SkippedLoopLogprobs_GivesTheTopOfEveryLoopAndChangesNothingElse()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.SpellsByLoop = true;

        var choice = await ChooseAsync(
            server, """{"prompt":"a","max_tokens":3,"exit_threshold":0.6,"return_loop_logprobs":1,"return_skipped_loop_logprobs":true}""");
        var plain = await ChooseAsync(server, """{"prompt":"a","max_tokens":3,"exit_threshold":0.6}""");

        Assert.Equal((plain.GetProperty("text").GetString(), "[4,2,2]"),
            (choice.GetProperty("text").GetString(), choice.GetProperty("exit_steps").GetRawText()));
        var loops = choice.GetProperty("loop_logprobs");
        Assert.Equal([4, 4, 4], loops.EnumerateArray().Select(token => token.GetArrayLength()));
        Assert.Equal([196, 196, 196, 195], loops[1].EnumerateArray().Select(loop => loop[0].GetProperty("id").GetInt32()));
    }

    [Fact]
    public async Task Post_NothingMayBeGenerated_IsTheRequestsFault()
    {
        await using var server = await ServerHarness.StartAsync();

        var (response, error) = await ServerHarness.RefuseAsync(
            server.PostAsync("""{"prompt":"a","allowed_token_ids":[120],"bad_words":["x"]}"""));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_value"), (response.StatusCode, error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Post_SeedOfMinusOne_IsRandom()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.Certainty = 2;
        const string body = """{"prompt":"a","max_tokens":40,"seed":-1}""";

        Assert.NotEqual((await ChooseAsync(server, body)).GetProperty("text").GetString(),
            (await ChooseAsync(server, body)).GetProperty("text").GetString());
    }

    private static async Task<JsonElement> ChooseAsync(ServerHarness server, string body) =>
        (await server.CompleteAsync(body)).GetProperty("choices")[0];

    private static IEnumerable<string?> Texts(JsonElement list) => list.EnumerateArray().Select(each => each.GetString());
}
