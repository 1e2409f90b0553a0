using System.Net;
using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.OpenAi.Chat;

/// <summary><c>POST /v1/chat/completions</c>: what answers look like, whole and streamed.</summary>
public sealed class ChatTests
{
    private const string Hi = """{"messages":[{"role":"user","content":"Hi"}],"max_tokens":40,"temperature":0""";
    private const string Tools = """ "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}] """;
    private const string Call = """<tool_call>{"name":"f","arguments":{"x":1}}</tool_call>""";

    [Fact]
    public async Task Post_Conversation_IsAnsweredInOpenAIsForm()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello.");

        var answer = await AskAsync(server, Hi + "}");

        Assert.StartsWith("chatcmpl-", answer["id"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(("chat.completion", "looplm-bytes"), (answer["object"]!.GetValue<string>(), answer["model"]!.GetValue<string>()));
        Assert.Equal(
            """{"index":0,"message":{"role":"assistant","content":"Hello.","refusal":null},"logprobs":null,"exit_steps":[4,4,4,4,4,4,4],"finish_reason":"stop","stop_reason":null}""",
            Assert.Single(answer["choices"]!.AsArray())!.ToJsonString());
        Assert.Equal(
            """{"prompt_tokens":21,"completion_tokens":7,"total_tokens":28,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0},"loop_steps_total":28,"mean_exit_step":4,"draft_tokens":0,"accepted_draft_tokens":0}""",
            answer["usage"]!.ToJsonString());
    }

    [Fact]
    public async Task Stream_Conversation_BeginsWithTheRoleAndEndsWithTheReason()
    {
        await using var server = await ServerHarness.StartAsync(text: "ab");

        var events = await StreamAsync(server, Hi + ""","stream":true,"stream_options":{"include_usage":true}}""");

        var chunks = events[..^1].Select(each => JsonNode.Parse(each)!).ToList();
        Assert.Equal("[DONE]", events[^1]);
        Assert.Equal(
            ["""{"role":"assistant","content":""}""", """{"content":"a"}""", """{"content":"b"}""", "{}"],
            chunks[..^1].Select(chunk => chunk["choices"]![0]!["delta"]!.ToJsonString()));
        Assert.Equal([null, null, null, "stop"], chunks[..^1].Select(chunk => chunk["choices"]![0]!["finish_reason"]?.GetValue<string>()));
        Assert.Equal(["[]", "[4]", "[4]", "[4]"], chunks[..^1].Select(chunk => chunk["choices"]![0]!["exit_steps"]!.ToJsonString()));
        Assert.All(chunks[..^1], chunk => Assert.True(chunk.AsObject().ContainsKey("usage") && chunk["usage"] is null));
        Assert.Equal((0, 3), (chunks[^1]["choices"]!.AsArray().Count, chunks[^1]["usage"]!["completion_tokens"]!.GetValue<int>()));
        Assert.Single(chunks.Select(chunk => chunk["id"]!.GetValue<string>()).Distinct());
    }

    [Theory]
    [InlineData("Hello \u00e9\ud83d\ude00.", "")]
    [InlineData("<think>\nhm\n</think>\n\nYes.", "")]
    [InlineData("<think>\nhm", "")]
    [InlineData("a" + Call, "," + Tools)]
    [InlineData("Well, stop here", ",\"stop\":[\"stop\"]")]
    [InlineData("Hello", ",\"n\":3,\"logprobs\":true,\"top_logprobs\":2,\"return_token_ids\":true,\"return_gate_probabilities\":true")]
    public async Task Stream_AnyReply_JoinsToTheWholeAnswer(string reply, string options)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: reply, settings: [model.Setting]);
        var body = Hi.Replace("40", "60", StringComparison.Ordinal) + options;

        var whole = await AskAsync(server, body + "}");
        var joined = ChatChunks.Join(await StreamAsync(server, body + ",\"stream\":true}"));

        Assert.Equal(whole["choices"]!.AsArray().Select(ChatChunks.Canonical), joined.Select(ChatChunks.Canonical));
    }

    [Fact]
    public async Task Post_Reasoning_IsToldApartAndCounted()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "<think>\nhm\n</think>\n\nYes.", settings: [model.Setting]);

        var answer = await AskAsync(server, Hi + "}");

        var message = answer["choices"]![0]!["message"]!;
        Assert.Equal(("hm", "Yes."), (message["reasoning_content"]!.GetValue<string>(), message["content"]!.GetValue<string>()));
        Assert.Equal("<think>".Length - 6 + "\nhm\n</think>".Length,
            answer["usage"]!["completion_tokens_details"]!["reasoning_tokens"]!.GetValue<int>());
    }

    [Fact]
    public async Task Post_ReasoningOfAModelWithoutThem_IsTheAnswer()
    {
        await using var server = await ServerHarness.StartAsync(text: "<think>hm</think>Yes.");

        var answer = await AskAsync(server, Hi + "}");

        Assert.Equal("<think>hm</think>Yes.", answer["choices"]![0]!["message"]!["content"]!.GetValue<string>());
    }

    [Fact]
    public async Task Post_SeparateReasoningFalse_LeavesTheReplyWhole()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "<think>hm</think>Yes.", settings: [model.Setting]);

        var answer = await AskAsync(server, Hi + ",\"separate_reasoning\":false}");

        Assert.Equal("<think>hm</think>Yes.", answer["choices"]![0]!["message"]!["content"]!.GetValue<string>());
    }

    [Fact]
    public async Task Post_PromptThatOpensTheReasoning_BeginsInIt()
    {
        using var model = new TemplatedModel("{{ messages[-1].content }}<think>\n{# </think> #}");
        await using var server = await ServerHarness.StartAsync(text: "hm</think>Yes.", settings: [model.Setting]);

        var message = (await AskAsync(server, Hi + "}"))["choices"]![0]!["message"]!;

        Assert.Equal(("hm", "Yes."), (message["reasoning_content"]!.GetValue<string>(), message["content"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("", "tool_calls", "null", 1)]
    [InlineData(""","tool_choice":"auto" """, "tool_calls", "null", 1)]
    [InlineData(""","tool_choice":"none" """, "stop", "\"call\"", 0)]
    public async Task Post_ToolCall_IsReadUnlessNoneIsWanted(string options, string finish, string content, int calls)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: Call, settings: [model.Setting]);

        var choice = (await AskAsync(server, $"{Hi.Replace("40", "60", StringComparison.Ordinal)},{Tools}{options}}}"))["choices"]![0]!;

        Assert.Equal(finish, choice["finish_reason"]!.GetValue<string>());
        var message = choice["message"]!.AsObject();
        Assert.Equal(content, message["content"]?.GetValue<string>() == Call ? "\"call\"" : message["content"]?.ToJsonString() ?? "null");
        Assert.Equal(calls, message["tool_calls"]?.AsArray().Count ?? 0);
        if (calls > 0)
        {
            var call = message["tool_calls"]![0]!;
            Assert.StartsWith("call_", call["id"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.Equal("""{"name":"f","arguments":"{\"x\":1}"}""", call["function"]!.ToJsonString(ChatChunks.FewEscapes));
        }
    }

    [Theory]
    [InlineData("\"required\"")]
    [InlineData("""{"type":"function","function":{"name":"f"}}""")]
    public async Task Post_ToolChoiceThatDemandsACall_GivesOne(string choice)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "Hello, I call nothing.", settings: [model.Setting]);
        server.Runner.Certainty = 5;

        var answer = (await AskAsync(
            server,
            $"{Hi.Replace("40", "61", StringComparison.Ordinal)},{Tools},\"tool_choice\":{choice},\"parallel_tool_calls\":false}}"))
            ["choices"]![0]!;

        Assert.Equal("tool_calls", answer["finish_reason"]!.GetValue<string>());
        var function = Assert.Single(answer["message"]!["tool_calls"]!.AsArray())!["function"]!;
        Assert.Equal("f", function["name"]!.GetValue<string>());
        Assert.IsType<JsonObject>(JsonNode.Parse(function["arguments"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("""{"type":"json_object"}""")]
    [InlineData(
        """{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object","properties":{"x":{"type":"boolean"}},"required":["x"]}}}""")]
    public async Task Post_ResponseFormat_HoldsTheAnswerToIt(string format)
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello, no JSON here.");
        server.Runner.Certainty = 5;

        var choice = (await AskAsync(server, $"{Hi},\"response_format\":{format}}}"))["choices"]![0]!;

        Assert.Equal("stop", choice["finish_reason"]!.GetValue<string>());
        Assert.IsType<JsonObject>(JsonNode.Parse(choice["message"]!["content"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData(TemplatedModel.Talkative, "<think>so much to say of it", "so much to say of it")]
    [InlineData(TemplatedModel.Talkative, "no thought", null)]
    [InlineData("{{ messages[-1].content }}<think>\n{# </think> #}", "so much to say", "so much to say")]
    [InlineData("{{ messages[-1].content }}<think>\n\n</think>\n\n", "<think>so much to say", null)]
    public async Task Post_FormatOfAModelThatThinks_HoldsTheAnswerAfterTheReasoning(string template, string reply, string? reasoning)
    {
        using var model = new TemplatedModel(template);
        await using var server = await ServerHarness.StartAsync(text: reply, settings: [model.Setting]);

        var choice = (await AskAsync(server, $"{Hi},\"structured_outputs\":{{\"choice\":[\"yes\",\"no\"]}}}}"))["choices"]![0]!;

        var message = choice["message"]!;
        Assert.Equal("stop", choice["finish_reason"]!.GetValue<string>());
        Assert.Contains(message["content"]!.GetValue<string>(), (string[])["yes", "no"]);
        Assert.StartsWith(reasoning ?? "", message["reasoning_content"]?.GetValue<string>() ?? "", StringComparison.Ordinal);
        Assert.Equal(reasoning is null, message["reasoning_content"] is null);
    }

    [Fact]
    public async Task Post_FormatAndReasoningLeftInTheAnswer_HasNoReasoning()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "<think>so much to say", settings: [model.Setting]);

        var choice = (await AskAsync(server, Hi + ",\"separate_reasoning\":false,\"guided_choice\":[\"yes\"]}"))["choices"]![0]!;

        Assert.Equal("yes", choice["message"]!["content"]!.GetValue<string>());
    }

    [Fact]
    public async Task Post_DemandedCallOfAModelThatThinks_ComesAfterTheReasoning()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(
            text: "<think>hm</think><tool_call>\n{\"name\": \"f\"", contextLength: 128, settings: [model.Setting]);
        server.Runner.Certainty = 5;

        var choice = (await AskAsync(
            server, $"{Hi.Replace("40", "100", StringComparison.Ordinal)},{Tools},\"tool_choice\":\"required\"}}"))["choices"]![0]!;

        Assert.Equal(
            ("tool_calls", "hm"), (choice["finish_reason"]!.GetValue<string>(),
                choice["message"]!["reasoning_content"]!.GetValue<string>()));
        Assert.Equal("f", choice["message"]!["tool_calls"]![0]!["function"]!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task Post_Logprobs_HaveBytesAndAlternatives()
    {
        await using var server = await ServerHarness.StartAsync(text: "\u00e9");

        var choice = (await AskAsync(server, Hi + ",\"logprobs\":true,\"top_logprobs\":1}"))["choices"]![0]!;

        var content = choice["logprobs"]!["content"]!.AsArray();
        Assert.Equal(["[195]", "[169]", "[60,124,101,110,100,111,102,116,101,120,116,124,62]"],
            content.Select(token => token!["bytes"]!.ToJsonString()));
        Assert.Equal(@"bytes:\xc3", content[0]!["token"]!.GetValue<string>());
        Assert.All(content, token =>
            Assert.Equal(0, Assert.Single(token!["top_logprobs"]!.AsArray())!["logprob"]!.GetValue<float>(), 0.001));
    }

    [Fact]
    public async Task Post_EndOfTurn_EndsTheAnswer()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello");
        server.Runner.Certainty = 5;

        var choice = (await AskAsync(server, Hi + ",\"logit_bias\":{\"258\":100}}"))["choices"]![0]!;

        Assert.Equal(
            ("", "stop", true), (choice["message"]!["content"]!.GetValue<string>(),
                choice["finish_reason"]!.GetValue<string>(), choice["stop_reason"] is null));
    }

    [Theory]
    [InlineData("\"none\"", "[4,1,1]")]
    [InlineData("\"minimal\"", "[4,1,1]")]
    [InlineData("\"low\"", "[4,2,2]")]
    [InlineData("\"medium\"", "[4,4,4]")]
    [InlineData("\"high\"", "[4,4,4]")]
    [InlineData("\"none\",\"max_loops\":3", "[4,3,3]")]
    public async Task Post_ReasoningEffort_ChoosesTheDepth(string effort, string exitSteps)
    {
        await using var server = await ServerHarness.StartAsync(text: "ab");

        var choice = (await AskAsync(server, $"{Hi},\"reasoning_effort\":{effort}}}"))["choices"]![0]!;

        Assert.Equal(exitSteps, choice["exit_steps"]!.ToJsonString());
    }

    [Fact]
    public async Task Post_HighEffort_TakesAllLoopsWhereTheGateWouldLeave()
    {
        await using var server = await ServerHarness.StartAsync(text: "ab", settings: ["--Engine:Exit:Threshold=0.4"]);

        var gate = (await AskAsync(server, Hi + "}"))["choices"]![0]!["exit_steps"]!.ToJsonString();
        var high = (await AskAsync(server, Hi + ",\"reasoning_effort\":\"high\"}"))["choices"]![0]!["exit_steps"]!.ToJsonString();

        Assert.Equal(("[4,1,1]", "[4,4,4]"), (gate, high));
    }

    [Fact]
    public async Task Post_NoLimit_TakesTheDefault()
    {
        await using var server = await ServerHarness.StartAsync(text: "abcdefgh", settings: ["--Limits:DefaultChatTokens=3"]);

        var choice = (await AskAsync(server, """{"messages":[{"role":"user","content":"Hi"}],"temperature":0}"""))["choices"]![0]!;

        Assert.Equal(("abc", "length"), (choice["message"]!["content"]!.GetValue<string>(), choice["finish_reason"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Post_BothLimits_TakesTheNewerField()
    {
        await using var server = await ServerHarness.StartAsync(text: "abcdefgh");

        var choice = (await AskAsync(server, Hi + ",\"max_completion_tokens\":2}"))["choices"]![0]!;

        Assert.Equal("ab", choice["message"]!["content"]!.GetValue<string>());
    }

    [Fact]
    public async Task Stream_ClientGoesAway_EndsWithinATick()
    {
        await using var server = await ServerHarness.StartAsync(text: new string('a', 60));
        using var hold = new Hold(server.Runner, position: 21);
        using (var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = ServerHarness.Json(Hi + ",\"stream\":true}"),
        })
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

    internal static async Task<JsonNode> AskAsync(ServerHarness server, string body)
    {
        using var response = await server.Rest.PostAsync("/v1/chat/completions", ServerHarness.Json(body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    internal static async Task<List<string>> StreamAsync(ServerHarness server, string body)
    {
        using var response = await server.Rest.PostAsync("/v1/chat/completions", ServerHarness.Json(body));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = (await response.Content.ReadAsStringAsync()).Split("\n\n");
        return [.. events[..^1].Select(each => each["data: ".Length..])];
    }
}
