using System.Net;
using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.OpenAi.Responses;

/// <summary><c>POST /v1/responses</c>: what the model reads, and what whole answers look like.</summary>
public sealed class ResponsesTests
{
    private const string Listing =
        "{% for m in messages %}[{{ m.role }}|{{ m.reasoning_content }}|{{ m.content }}|{% for c in m.tool_calls or [] %}{{ c.id }}:{{ c.function.name }}({{ c.function.arguments | tojson }}){% endfor %}|{{ m.tool_call_id }}]{% endfor %}";

    [Fact]
    public async Task Post_Text_IsAnsweredInOpenAIsForm()
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello.", contextLength: 128);

        var response = await ResponseCalls.AskAsync(server, ResponseCalls.Hi + ""","metadata":{"a":"b"},"instructions":"Be kind."}""");

        Assert.StartsWith("resp_", response["id"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith("msg_", response["output"]![0]!["id"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(
            """{"object":"response","status":"completed","background":false,"error":null,"incomplete_details":null,"model":"looplm-bytes","instructions":"Be kind.","metadata":{"a":"b"},"""
            + """ "previous_response_id":null,"store":false,"truncation":"disabled","max_output_tokens":40,"temperature":0,"top_p":1,"top_logprobs":0,"reasoning":{"effort":null,"summary":null},"""[1..]
            + """ "text":{"format":{"type":"text"}},"tools":[],"tool_choice":"auto","parallel_tool_calls":true,"""[1..]
            + """ "output":[{"type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hello.","annotations":[],"logprobs":[]}]}],"""[1..]
            + $$""" "usage":{"input_tokens":{{response["usage"]!["input_tokens"]}},"input_tokens_details":{"cached_tokens":0},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":{{response["usage"]!["total_tokens"]}},"loop_steps_total":28,"mean_exit_step":4,"draft_tokens":0,"accepted_draft_tokens":0},"""[1..]
            + $$""" "system_fingerprint":"{{response["system_fingerprint"]}}","exit_steps":[4,4,4,4,4,4,4],"stop_reason":null}"""[1..],
            ResponseCalls.Canonical(response));
    }

    [Theory]
    [InlineData("\"Hi\"", "[user||Hi||]")]
    [InlineData("""[{"role":"user","content":"Hi"}]""", "[user||Hi||]")]
    [InlineData(
        """[{"type":"message","role":"developer","content":"Be kind."},{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]}]""",
        "[system||Be kind.||][user||a\nb||]")]
    [InlineData(
        """[{"role":"user","content":"Hi"},{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Yes.","annotations":[],"logprobs":[]}]},{"role":"user","content":"And?"}]""",
        "[user||Hi||][assistant||Yes.||][user||And?||]")]
    [InlineData(
        """[{"role":"user","content":"Hi"},{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},{"type":"message","role":"assistant","content":"I ask."},{"type":"function_call","call_id":"c1","name":"f","arguments":"{\"x\":1}"},{"type":"function_call","call_id":"c2","name":"g","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"one"},{"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"two"}]}]""",
        """[user||Hi||][assistant|hm|I ask.|c1:f({"x": 1})c2:g({})|][tool||one||c1][tool||two||c2]""")]
    [InlineData(
        """[{"role":"assistant","content":"a"},{"role":"assistant","content":"b"},{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]},{"type":"function_call","call_id":"c","name":"f","arguments":""},{"role":"assistant","content":"c"}]""",
        "[assistant||a||][assistant||b||][assistant|hm||c:f({})|][assistant||c||]")]
    public async Task Post_Input_IsTheConversationThatTheModelReads(string input, string prompt)
    {
        using var model = new TemplatedModel(Listing);
        await using var server = await ServerHarness.StartAsync(text: "a", contextLength: 512, settings: [model.Setting]);

        Assert.Equal(prompt, await PromptAsync(server, $$"""{"input":{{input}}"""));
    }

    [Fact]
    public async Task Post_Instructions_AreTheFirstMessage()
    {
        using var model = new TemplatedModel(Listing);
        await using var server = await ServerHarness.StartAsync(text: "a", contextLength: 512, settings: [model.Setting]);

        Assert.Equal("[system||Be kind.||][user||Hi||]", await PromptAsync(server, """{"input":"Hi","instructions":"Be kind." """));
    }

    [Fact]
    public async Task Post_Tools_ReachTheTemplateInItsForm()
    {
        using var model = new TemplatedModel(
            "{# <tool_call> #}{{ tools[0].type }} {{ tools[0].function.name }} {{ tools[0].function.description }} {{ tools[0].function.parameters.type }}");
        await using var server = await ServerHarness.StartAsync(text: "a", contextLength: 512, settings: [model.Setting]);

        Assert.Equal(
            "function f Does it. object",
            await PromptAsync(
                server,
                """{"input":"Hi","tools":[{"type":"function","name":"f","description":"Does it.","parameters":{"type":"object"},"strict":true}]"""));
    }

    [Fact]
    public async Task Post_Reasoning_IsAnItemOfItsOwnAndCounted()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "<think>\nhm\n</think>\n\nYes.", settings: [model.Setting]);

        var response = await ResponseCalls.AskAsync(server, ResponseCalls.Hi + "}");

        Assert.Equal(
            """[{"type":"reasoning","status":"completed","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},{"type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Yes.","annotations":[],"logprobs":[]}]}]""",
            ResponseCalls.Canonical(response["output"]));
        Assert.Equal("<think>".Length - 6 + "\nhm\n</think>".Length,
            response["usage"]!["output_tokens_details"]!["reasoning_tokens"]!.GetValue<int>());
    }

    [Fact]
    public async Task Post_Call_IsAnItemOfItsOwn()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(
            text: "I ask. " + ResponseCalls.Call, contextLength: 128, settings: [model.Setting]);

        var response = await ResponseCalls.AskAsync(
            server, $"{ResponseCalls.Hi.Replace("40", "80", StringComparison.Ordinal)},{ResponseCalls.Tools}}}");

        Assert.Equal("completed", response["status"]!.GetValue<string>());
        Assert.Equal("I ask.", response["output"]![0]!["content"]![0]!["text"]!.GetValue<string>());
        var call = response["output"]![1]!;
        Assert.Equal("""{"type":"function_call","status":"completed","name":"f","arguments":"{\"x\":1}"}""", ResponseCalls.Canonical(call));
        Assert.StartsWith("call_", call["call_id"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"required\"")]
    [InlineData("""{"type":"function","name":"f"}""")]
    public async Task Post_ToolChoiceThatDemandsACall_GivesOne(string choice)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(
            text: "Hello, I call nothing.", contextLength: 128, settings: [model.Setting]);
        server.Runner.Certainty = 5;

        var response = await ResponseCalls.AskAsync(
            server,
            $"{ResponseCalls.Hi.Replace("40", "100", StringComparison.Ordinal)},{ResponseCalls.Tools},\"tool_choice\":{choice},\"parallel_tool_calls\":false}}");

        var call = Assert.Single(response["output"]!.AsArray())!;
        Assert.Equal(("function_call", "f"), (call["type"]!.GetValue<string>(), call["name"]!.GetValue<string>()));
        Assert.IsType<JsonObject>(JsonNode.Parse(call["arguments"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("""{"type":"json_object"}""")]
    [InlineData(
        """{"type":"json_schema","name":"a","schema":{"type":"object","properties":{"x":{"type":"boolean"}},"required":["x"]},"strict":true}""")]
    public async Task Post_TextFormat_HoldsTheAnswerToItAndIsRepeated(string format)
    {
        await using var server = await ServerHarness.StartAsync(text: "Hello, no JSON here.");
        server.Runner.Certainty = 5;

        var response = await ResponseCalls.AskAsync(server, $"{ResponseCalls.Hi},\"text\":{{\"format\":{format}}}}}");

        Assert.IsType<JsonObject>(JsonNode.Parse(response["output"]![0]!["content"]![0]!["text"]!.GetValue<string>()));
        Assert.Equal(("completed", format), (response["status"]!.GetValue<string>(), response["text"]!["format"]!.ToJsonString()));
    }

    [Fact]
    public async Task Post_Logprobs_AreThoseOfTheTextAlone()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(
            text: "<think>hm</think>\u00e9" + ResponseCalls.Call, contextLength: 128, settings: [model.Setting]);

        var response = await ResponseCalls.AskAsync(
            server,
            $"{ResponseCalls.Hi.Replace("40", "100", StringComparison.Ordinal)},{ResponseCalls.Tools},\"include\":[\"message.output_text.logprobs\"],\"top_logprobs\":1}}");

        var logprobs = response["output"]![1]!["content"]![0]!["logprobs"]!.AsArray();
        Assert.Equal(["[195]", "[169]"], logprobs.Select(token => token!["bytes"]!.ToJsonString()));
        Assert.All(logprobs, token =>
            Assert.Equal(0, Assert.Single(token!["top_logprobs"]!.AsArray())!["logprob"]!.GetValue<float>(), 0.001));
        Assert.Equal(1, response["top_logprobs"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("abcd", "incomplete", "abc")]
    [InlineData("abc", "incomplete", "abc")]
    [InlineData("ab", "completed", "ab")]
    public async Task Post_LimitOfTokens_LeavesTheResponseIncomplete(string text, string status, string answer)
    {
        await using var server = await ServerHarness.StartAsync(text: text);

        var response = await ResponseCalls.AskAsync(server, """{"input":"Hi","max_output_tokens":3,"temperature":0}""");

        var message = response["output"]![0]!;
        Assert.Equal(
            (status, status, answer), (response["status"]!.GetValue<string>(),
                message["status"]!.GetValue<string>(), message["content"]![0]!["text"]!.GetValue<string>()));
        Assert.Equal(status == "incomplete" ? "max_output_tokens" : null, response["incomplete_details"]?["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task Post_NothingSaid_GivesAnEmptyMessage()
    {
        await using var server = await ServerHarness.StartAsync(text: "");

        var response = await ResponseCalls.AskAsync(server, ResponseCalls.Hi + "}");

        Assert.Equal("", Assert.Single(response["output"]!.AsArray())!["content"]![0]!["text"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"effort":"low"}""", "[4,2,2]")]
    [InlineData("""{"effort":"none","summary":"auto"}""", "[4,1,1]")]
    [InlineData("{}", "[4,4,4]")]
    public async Task Post_ReasoningEffort_ChoosesTheDepth(string reasoning, string exitSteps)
    {
        await using var server = await ServerHarness.StartAsync(text: "ab");

        var response = await ResponseCalls.AskAsync(server, $"{ResponseCalls.Hi},\"reasoning\":{reasoning}}}");

        Assert.Equal(exitSteps, response["exit_steps"]!.ToJsonString());
    }

    [Fact]
    public async Task Post_WhatChangesNothing_IsAccepted()
    {
        await using var server = await ServerHarness.StartAsync(text: "ab");

        var response = await ResponseCalls.AskAsync(server, ResponseCalls.Hi + """
            ,"store":false,"truncation":"disabled","background":false,"include":["reasoning.encrypted_content"],"text":{"verbosity":"medium"},"user":"u","service_tier":"auto",
            "prompt_cache_key":"k","safety_identifier":"s","max_tool_calls":3,"parallel_tool_calls":null,"tools":[],"tool_choice":"none","previous_response_id":null}
            """);

        Assert.Equal("completed", response["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Post_RequestsUsedUp_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync(text: "ab", settings: "--RateLimits:RequestsPerMinute=1");
        await ResponseCalls.AskAsync(server, ResponseCalls.Hi + "}");

        var (response, error) = await ServerHarness.RefuseAsync(ResponseCalls.PostAsync(server, ResponseCalls.Hi + "}"));

        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limit_exceeded"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task Post_TokensUsedUp_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync(text: "ab", settings: "--RateLimits:TokensPerMinute=64");
        await ResponseCalls.AskAsync(server, ResponseCalls.Hi + "}");

        var (response, _) = await ServerHarness.RefuseAsync(ResponseCalls.PostAsync(server, ResponseCalls.Hi + "}"));

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
    }

    [Fact]
    public async Task Post_ModelFails_AnswersWith500()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.BeforeLoop = _ => throw new InvalidOperationException("secret");

        var (response, error) = await ServerHarness.RefuseAsync(ResponseCalls.PostAsync(server, ResponseCalls.Hi + "}"));

        Assert.Equal((HttpStatusCode.InternalServerError, "internal_error"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.DoesNotContain("secret", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Answered_IsCounted()
    {
        await using var server = await ServerHarness.StartAsync(text: "ab");
        await ResponseCalls.AskAsync(server, ResponseCalls.Hi + "}");
        await server.DrainAsync();

        var metrics = await server.Rest.GetStringAsync("/metrics");

        Assert.Contains("looplm_requests_total{model=\"looplm-bytes\",outcome=\"stop\"} 1", metrics, StringComparison.Ordinal);
    }

    /// <summary>The text that the model reads of a request whose object is still open.</summary>
    private static async Task<string> PromptAsync(ServerHarness server, string body)
    {
        var response = await ResponseCalls.AskAsync(server, body + ""","max_output_tokens":1,"return_token_ids":true}""");
        return server.Models.Default.Tokenizer.Decode(
            [.. response["prompt_token_ids"]!.AsArray().Select(token => token!.GetValue<int>())], skipSpecialTokens: false);
    }
}
