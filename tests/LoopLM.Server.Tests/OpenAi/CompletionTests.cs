using System.Net;
using System.Text.Json;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>Answers of <c>POST /v1/completions</c>.</summary>
public sealed class CompletionTests
{
    [Fact]
    public async Task Post_TextPrompt_AnswersWithTheExitStepOfEveryToken()
    {
        await using var server = await ServerHarness.StartAsync();

        var answer = await server.CompleteAsync(
            """{"model":"looplm-bytes","prompt":"abc","max_tokens":4,"temperature":0,"exit_threshold":0.6}""");

        var choice = answer.GetProperty("choices")[0];
        Assert.Equal("hél", choice.GetProperty("text").GetString());
        Assert.Equal([4, 2, 2, 2], Integers(choice.GetProperty("exit_steps")));
        Assert.Equal(
            ("length", JsonValueKind.Null), (choice.GetProperty("finish_reason").GetString(), choice.GetProperty("logprobs").ValueKind));
        var usage = answer.GetProperty("usage");
        Assert.Equal(
            (3, 4, 7, 10), (Integer(usage, "prompt_tokens"), Integer(usage, "completion_tokens"),
                Integer(usage, "total_tokens"), Integer(usage, "loop_steps_total")));
        Assert.Equal(2.5, usage.GetProperty("mean_exit_step").GetDouble());
        Assert.Equal("text_completion", answer.GetProperty("object").GetString());
        Assert.Matches("^fp_[0-9a-f]{16}$", answer.GetProperty("system_fingerprint").GetString());
        Assert.StartsWith("cmpl-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_TokenPrompt_CountsItsTokens()
    {
        await using var server = await ServerHarness.StartAsync();

        var answer = await server.CompleteAsync("""{"prompt":[104,105],"max_tokens":1}""");

        Assert.Equal(
            (2, "h"), (Integer(answer.GetProperty("usage"), "prompt_tokens"),
                answer.GetProperty("choices")[0].GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Post_NothingButAPrompt_TakesTheDefaults()
    {
        await using var server = await ServerHarness.StartAsync();

        var answer = await server.CompleteAsync(
            """{"prompt":"a","stop":null,"seed":null,"exit_policy":null,"n":1,"echo":false,"logprobs":null,"user":"u","unknown":[{}]}""");

        Assert.Equal(16, Integer(answer.GetProperty("usage"), "completion_tokens"));
    }

    [Fact]
    public async Task Post_StopToken_EndsTheTextAndCountsTheToken()
    {
        await using var server = await ServerHarness.StartAsync(text: "ab");

        var answer = await server.CompleteAsync("""{"prompt":"a","max_tokens":9}""");

        var choice = answer.GetProperty("choices")[0];
        Assert.Equal(("ab", "stop"), (choice.GetProperty("text").GetString(), choice.GetProperty("finish_reason").GetString()));
        Assert.Equal(
            (3, 3), (Integer(answer.GetProperty("usage"), "completion_tokens"), choice.GetProperty("exit_steps").GetArrayLength()));
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("stop_reason").ValueKind);
    }

    [Fact]
    public async Task Post_StopString_EndsBeforeItAndFreesTheSlots()
    {
        await using var server = await ServerHarness.StartAsync();

        var answer = await server.CompleteAsync("""{"prompt":"a","max_tokens":30,"stop":["o, w","zzz"]}""");

        var choice = answer.GetProperty("choices")[0];
        Assert.Equal(
            ("héll", "stop", "o, w"), (choice.GetProperty("text").GetString(),
                choice.GetProperty("finish_reason").GetString(), choice.GetProperty("stop_reason").GetString()));
        await server.DrainAsync();
    }

    [Fact]
    public async Task Post_StopStringNeverCompleted_HandsOutWhatWasWithheld()
    {
        await using var server = await ServerHarness.StartAsync(text: "abc");

        var answer = await server.CompleteAsync("""{"prompt":"a","max_tokens":3,"stop":"bcd"}""");

        Assert.Equal("abc", answer.GetProperty("choices")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Post_GateProbabilitiesAsked_GivesThoseOfEveryLoop()
    {
        await using var server = await ServerHarness.StartAsync();

        var answer = await server.CompleteAsync("""{"prompt":"a","max_tokens":2,"max_loops":3,"return_gate_probabilities":true}""");

        var gates = answer.GetProperty("choices")[0].GetProperty("gate_probabilities");
        Assert.Equal([4, 3], gates.EnumerateArray().Select(token => token.GetArrayLength()));
        Assert.Equal(0.5, gates[1][0].GetDouble());
    }

    [Fact]
    public async Task Post_Trace_LeavesWhereTheTraceSays()
    {
        await using var server = await ServerHarness.StartAsync();

        var answer = await server.CompleteAsync(
            """{"prompt":"a","max_tokens":4,"exit_policy":"trace","exit_trace":[4,1,3,2],"kv_layout":"shared"}""");

        Assert.Equal([4, 1, 3, 2], Integers(answer.GetProperty("choices")[0].GetProperty("exit_steps")));
    }

    [Theory]
    [InlineData("""{"type":"json_object"}""")]
    [InlineData(
        """{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object","properties":{"x":{"type":"boolean"}},"required":["x"]}}}""")]
    public async Task Post_ResponseFormat_HoldsEveryTextToIt(string format)
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello, no JSON here.");
        server.Runner.Certainty = 5;

        var answer = await server.CompleteAsync($$"""{"prompt":["a","bc"],"n":2,"max_tokens":40,"seed":1,"response_format":{{format}}}""");

        Assert.All(answer.GetProperty("choices").EnumerateArray(), choice =>
        {
            Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
            Assert.Equal(JsonValueKind.Object, JsonElement.Parse(choice.GetProperty("text").GetString()!).ValueKind);
        });
    }

    [Theory]
    [InlineData("""{"choice":["yes","no, never"]}""", "^(yes|no, never)$")]
    [InlineData("""{"regex":"[0-9]{4}-[0-9]{2}"}""", "^[0-9]{4}-[0-9]{2}$")]
    [InlineData("""{"json":"{\"type\":\"boolean\"}"}""", "^(true|false)$")]
    public async Task Post_StructuredOutputs_HoldsEveryTextToThem(string outputs, string pattern)
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello, nothing of that.");
        server.Runner.Certainty = 5;

        var answer = await server.CompleteAsync(
            $$"""{"prompt":["a","bc"],"n":2,"max_tokens":20,"seed":1,"structured_outputs":{{outputs}}}""");

        Assert.All(answer.GetProperty("choices").EnumerateArray(), choice =>
        {
            Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
            Assert.Matches(pattern, choice.GetProperty("text").GetString());
        });
    }

    [Fact]
    public async Task Post_Streamed_GivesOneChunkATokenAndTheWholeText()
    {
        await using var server = await ServerHarness.StartAsync();

        var events = await server.StreamAsync("""{"prompt":"abc","max_tokens":40,"stream":true,"exit_threshold":0.6}""");

        Assert.Equal("[DONE]", events[^1]);
        var chunks = events[..^1].ConvertAll(each => JsonElement.Parse(each));
        Assert.Single(chunks.Select(chunk => (chunk.GetProperty("id").GetString(), chunk.GetProperty("created").GetInt64())).Distinct());
        Assert.DoesNotContain(chunks, chunk => chunk.TryGetProperty("usage", out _));
        var choices = chunks.ConvertAll(chunk => chunk.GetProperty("choices")[0]);
        Assert.Equal(ServerHarness.Text, string.Concat(choices.Select(choice => choice.GetProperty("text").GetString())));
        Assert.All(
            choices[..^1], choice => Assert.Equal(
                (1, JsonValueKind.Null), (choice.GetProperty("exit_steps").GetArrayLength(),
                    choice.GetProperty("finish_reason").ValueKind)));
        Assert.Equal(
            (1, "stop"), (choices[^1].GetProperty("exit_steps").GetArrayLength(), choices[^1].GetProperty("finish_reason").GetString()));
    }

    [Fact]
    public async Task Post_StreamedWithUsage_EndsWithTheUsage()
    {
        await using var server = await ServerHarness.StartAsync();

        var events = await server.StreamAsync("""{"prompt":"abc","max_tokens":2,"stream":true,"stream_options":{"include_usage":true}}""");

        var chunks = events[..^1].ConvertAll(each => JsonElement.Parse(each));
        Assert.All(chunks[..^1], chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        Assert.Equal(
            (0, 2), (chunks[^1].GetProperty("choices").GetArrayLength(), Integer(chunks[^1].GetProperty("usage"), "completion_tokens")));
    }

    [Fact]
    public async Task Post_StopStringStreamed_NeverSendsAPartOfIt()
    {
        await using var server = await ServerHarness.StartAsync();

        var events = await server.StreamAsync("""{"prompt":"a","max_tokens":30,"stream":true,"stop":[", wörld"]}""");

        var text = string.Concat(
            events[..^1].Select(each => JsonElement.Parse(each).GetProperty("choices")[0].GetProperty("text").GetString()));
        Assert.Equal("héllo", text);
    }

    [Fact]
    public async Task Post_ClientGoesAwayInMidStream_EndsWithinATick()
    {
        await using var server = await ServerHarness.StartAsync();
        using var hold = new Hold(server.Runner, position: 1);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
        {
            Content = ServerHarness.Json("""{"prompt":"a","max_tokens":60,"stream":true}"""),
        };
        using (var response = await server.Rest.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            hold.WaitUntilHeld();
        }

        await server.UntilNoPostIsServedAsync();
        hold.LetGo();
        await server.DrainAsync();
        Assert.Equal(1, hold.Loops);
    }

    private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(each => each.GetInt32())];

    private static int Integer(JsonElement parent, string name) => parent.GetProperty(name).GetInt32();
}
