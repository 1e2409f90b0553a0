using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.OpenAi.Chat;

/// <summary>What the fields of chats do, beyond OpenAI's.</summary>
public sealed class ChatFieldsTests
{
    private const string Hi = """{"messages":[{"role":"user","content":"Hi"}],"max_tokens":40,"temperature":0""";
    private const string Functions =
        """ "tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}},{"type":"web_search"}] """;

    /// <summary>Writes all that requests can say about the prompt beside the messages.</summary>
    private const string Tell =
        "{# <tool_call> </think> #}{% for t in tools or [] %}{{ t.function.name }},{% endfor %}{{ enable_thinking }} {{ thinking }} {{ reasoning_effort }}";

    [Theory]
    [InlineData("", "f,g,  ")]
    [InlineData(""","tool_choice":"none" """, "  ")]
    [InlineData(""","tool_choice":"g" """, "f,g,  ", true)]
    [InlineData(
        ""","tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"g"}}]}}""",
        "g,  ")]
    public async Task Post_Tools_ReachThePromptAsFunctionsThatMayBeCalled(string choice, string prompt, bool named = false)
    {
        // A function that is named is the only one that may be called.
        Assert.Equal(
            named ? "g,  " : prompt, await PromptAsync(
                Tell, $$"""{"messages":[{"role":"user","content":"Hi"}],{{Functions}}{{choice}}}"""));
    }

    [Theory]
    [InlineData("\"f\"")]
    [InlineData("\"any\"")]
    [InlineData("""{"type":"function","name":"f"}""")]
    [InlineData("""{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"}]}""")]
    public async Task Post_ToolChoiceOfAnyShape_DemandsTheCall(string choice)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "I call nothing.", contextLength: 256, settings: [model.Setting]);
        server.Runner.Certainty = 5;

        var answer = await ChatTests.AskAsync(
            server,
            $$$$"""{{{{Hi.Replace("40", "120", StringComparison.Ordinal)}}}},"parallel_tool_calls":false,"response_format":{"type":"json_object"},"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"x":{"type":"boolean"}},"required":["x"]}}}],"tool_choice":{{{{choice}}}}}""");

        Assert.Equal("f", answer["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!["name"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("{\\\"value\\\": ", "{\"value\": ")]
    [InlineData("[]", "[]")]
    [InlineData("{\\\"x\\\":1}", "{\"x\": 1}")]
    public async Task Post_ArgumentsOfTheHistory_AreReplayedAsTheyWere(string arguments, string written)
    {
        const string template = "{% set a = messages[1].tool_calls[0].function.arguments %}{{ a if a is string else a | tojson }}";

        var prompt = await PromptAsync(
            template,
            $$$"""{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{{{arguments}}}"}}]}]}""");

        Assert.Equal(written, prompt);
    }

    [Theory]
    [InlineData(""","reasoning_effort":"none" """, "False False none")]
    [InlineData(""","reasoning_effort":"low" """, "True True low")]
    [InlineData(""","reasoning_effort":"high","chat_template_kwargs":{"enable_thinking":false,"other":1}""", "False True high")]
    [InlineData("", "  ")]
    public async Task Post_ReasoningEffort_SwitchesReasoningWhereTheTemplateReadsThat(string more, string prompt) =>
        Assert.Equal(prompt, await PromptAsync(Tell, $$"""{"messages":[{"role":"user","content":"Hi"}]{{more}}}"""));

    [Theory]
    [InlineData("", "False  7")]
    [InlineData(""","chat_template_kwargs":{"enable_thinking":true}""", "True  7")]
    [InlineData(""","reasoning_effort":"low" """, "True True low")]
    public async Task Post_KwargsOfTheSettings_CountWhereTheRequestSaysNothing(string more, string prompt) => Assert.Equal(
        prompt,
        await PromptAsync(
            Tell, $$"""{"messages":[{"role":"user","content":"Hi"}]{{more}}}""",
            "--Model:ChatTemplateKwargs:enable_thinking=false", "--Model:ChatTemplateKwargs:reasoning_effort=7"));

    [Theory]
    [InlineData("", "Hi|Well,")]
    [InlineData(""","add_generation_prompt":true""", "Hi|Well,|A:")]
    [InlineData(""","continue_final_message":false""", "Hi|Well,|A:")]
    public async Task Post_LastMessageOfTheAssistant_IsContinuedUnlessTheRequestSaysOtherwise(string more, string prompt) => Assert.Equal(
        prompt,
        await PromptAsync(
            "{% for m in messages %}{{ m.content }}|{% endfor %}{% if add_generation_prompt %}A:{% endif %}",
            $$"""{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Well,"}]{{more}}}"""));

    [Fact]
    public async Task Post_PrefillThatTheTemplateDoesNotWrite_IsAnswered() => Assert.Equal(
        "A:",
        await PromptAsync("{% if add_generation_prompt %}A:{% endif %}",
            """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Well,"}]}"""));

    [Fact]
    public async Task Post_Echo_BeginsTheAnswerWithThePrefill()
    {
        await using var server = await ServerHarness.StartAsync(text: " yes.", contextLength: 128);
        const string body =
            """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Well,"}],"max_tokens":10,"temperature":0,"echo":true""";

        var whole = await ChatTests.AskAsync(server, body + "}");
        var streamed = ChatChunks.Join(await StreamAsync(server, body + ",\"stream\":true}"));

        Assert.Equal("Well, yes.", whole["choices"]![0]!["message"]!["content"]!.GetValue<string>());
        Assert.Equal(whole["choices"]!.AsArray().Select(ChatChunks.Canonical), streamed.Select(ChatChunks.Canonical));
    }

    [Fact]
    public async Task Post_IncludeReasoningFalse_LeavesTheReasoningOut()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "<think>hm</think>Yes.", settings: [model.Setting]);

        var message = (await ChatTests.AskAsync(server, Hi + ",\"include_reasoning\":false}"))["choices"]![0]!["message"]!.AsObject();
        var streamed = ChatChunks.Join(await StreamAsync(server, Hi + ",\"include_reasoning\":false,\"stream\":true}"))
            .Single()["message"]!;

        Assert.Equal(
            ("Yes.", false, false), (message["content"]!.GetValue<string>(),
                message.ContainsKey("reasoning_content"), message.ContainsKey("reasoning")));
        Assert.Equal("""{"role":"assistant","content":"Yes."}""", streamed.ToJsonString());
    }

    [Fact]
    public async Task Post_Reasoning_HasBothNames()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "<think>hm</think>Yes.", settings: [model.Setting]);

        var message = (await ChatTests.AskAsync(server, Hi + "}"))["choices"]![0]!["message"]!;

        Assert.Equal(("hm", "hm"), (message["reasoning"]!.GetValue<string>(), message["reasoning_content"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData(TemplatedModel.Talkative, "<think>abcdefghijkl and more", 3, "abc", "l and more")]
    [InlineData(TemplatedModel.Talkative, "<think>abcdefghijkl and more", 0, null, "ijkl and more")]
    [InlineData(TemplatedModel.Talkative, "<think>ab</think>Yes.", 20, "ab", "Yes.")]
    [InlineData(TemplatedModel.Talkative, "No thought.", 3, null, "No thought.")]
    [InlineData("{{ messages[-1].content }}<think>\n{# </think> #}", "abcdefghijkl", 2, "ab", "kl")]
    public async Task Post_ThinkingTokenBudget_EndsTheReasoning(
        string template, string reply, int budget, string? reasoning, string content)
    {
        using var model = new TemplatedModel(template);
        await using var server = await ServerHarness.StartAsync(text: reply, settings: [model.Setting]);

        var message = (await ChatTests.AskAsync(server, $"{Hi},\"thinking_token_budget\":{budget}}}"))["choices"]![0]!["message"]!;

        Assert.Equal((reasoning, content), (message["reasoning_content"]?.GetValue<string>(), message["content"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Post_ThinkingTokenBudgetBesideAFormat_HoldsBoth()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "<think>so much to say of it all", settings: [model.Setting]);

        var choice = (await ChatTests.AskAsync(
            server, Hi + ",\"thinking_token_budget\":2,\"structured_outputs\":{\"choice\":[\"yes\",\"no\"]}}"))["choices"]![0]!;

        Assert.Equal(
            ("so", "stop"), (choice["message"]!["reasoning_content"]!.GetValue<string>(), choice["finish_reason"]!.GetValue<string>()));
        Assert.Contains(choice["message"]!["content"]!.GetValue<string>(), (string[])["yes", "no"]);
    }

    [Fact]
    public async Task Post_PromptReports_StandBesideTheChoices()
    {
        await using var server = await ServerHarness.StartAsync(text: "Yes.");

        var answer = await ChatTests.AskAsync(server, Hi + ",\"n\":2,\"return_token_ids\":true,\"prompt_logprobs\":1}");

        var prompt = answer["prompt_token_ids"]!.AsArray();
        var scores = answer["prompt_logprobs"]!.AsArray();
        Assert.Equal((prompt.Count, true), (scores.Count, scores[0] is null));
        Assert.All(Enumerable.Range(1, prompt.Count - 1), i => Assert.NotNull(scores[i]![prompt[i]!.ToString()]!["logprob"]));
        Assert.All(answer["choices"]!.AsArray(), choice => Assert.False(choice!.AsObject().ContainsKey("prompt_token_ids")));
    }

    [Fact]
    public async Task Stream_PromptTokenIds_StandInTheFirstChunk()
    {
        await using var server = await ServerHarness.StartAsync(text: "Yes.");

        var chunks = (await StreamAsync(server, Hi + ",\"return_token_ids\":true,\"stream\":true}"))[..^1]
            .ConvertAll(each => JsonNode.Parse(each)!.AsObject());

        Assert.Equal(21, chunks[0]["prompt_token_ids"]!.AsArray().Count);
        Assert.All(chunks[1..], chunk => Assert.False(chunk.ContainsKey("prompt_token_ids")));
    }

    [Fact]
    public async Task Post_TopLogprobsOfMinusOne_GivesTheWholeVocabulary()
    {
        await using var server = await ServerHarness.StartAsync(text: "Yes.");

        var answer = await ChatTests.AskAsync(
            server, Hi.Replace("40", "2", StringComparison.Ordinal) + ",\"logprobs\":true,\"top_logprobs\":-1}");

        var top = answer["choices"]![0]!["logprobs"]!["content"]![0]!["top_logprobs"]!
            .AsArray().Select(each => each!["logprob"]!.GetValue<float>()).ToList();
        Assert.Equal(260, top.Count);
        Assert.Equal(top.OrderDescending(), top);
    }

    [Fact]
    public async Task Post_WholeVocabularyOfTooManyTokens_IsRefusedWithTheLargestNumber()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxPromptLogprobs=1000");

        var (_, error) = await ServerHarness.RefuseAsync(
            server.Rest.PostAsync("/v1/chat/completions", ServerHarness.Json(Hi + ",\"logprobs\":true,\"top_logprobs\":-1}")));

        Assert.Equal("top_logprobs", error.GetProperty("param").GetString());
        Assert.Contains("at most 1000 log-probabilities are allowed: generate 3 tokens at most, or request up to 20 of each",
            error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_LogprobTokenIds_AreReportedInAnyCase()
    {
        await using var server = await ServerHarness.StartAsync(text: "Yes.");

        var answer = await ChatTests.AskAsync(server, Hi + ",\"logprobs\":true,\"top_logprobs\":1,\"logprob_token_ids\":[5,89,6]}");

        var first = answer["choices"]![0]!["logprobs"]!["content"]![0]!["top_logprobs"]!.AsArray();
        Assert.Equal(["Y", "\u0005", "\u0006"], first.Select(each => each!["token"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Stream_NoChunk_IsEmpty()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "<think>h\u00e9</think>Y\ud83d\ude00", settings: [model.Setting]);

        var choices = (await StreamAsync(server, Hi + ",\"stream\":true}"))[..^1].ConvertAll(each => JsonNode.Parse(each)!["choices"]![0]!);

        Assert.All(choices, choice => Assert.True(choice["delta"]!.AsObject().Count > 0 || choice["finish_reason"] is not null));
        var whole = await ChatTests.AskAsync(server, Hi + "}");
        Assert.Equal(whole["choices"]![0]!["exit_steps"]!.AsArray().Count, choices.Sum(choice => choice["exit_steps"]!.AsArray().Count));
    }

    [Theory]
    [InlineData("/v1/chat/completions", Hi)]
    [InlineData("/v1/completions", """{"prompt":"Hi","max_tokens":40,"temperature":0""")]
    public async Task Stream_ContinuousUsage_StandsInEveryChunk(string path, string body)
    {
        await using var server = await ServerHarness.StartAsync(text: "Yes.");

        var events = await StreamAsync(
            server, body + ",\"stream\":true,\"stream_options\":{\"continuous_usage_stats\":true,\"include_usage\":true}}", path);

        var counts = events[..^1].Select(each => JsonNode.Parse(each)!["usage"]!["completion_tokens"]!.GetValue<int>()).ToList();
        Assert.Equal(counts.Order(), counts);
        Assert.Equal((5, 5), (counts[^2], counts[^1]));
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"temperature":0}""")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"temperature":0,"max_tokens":-1}""")]
    public async Task Post_NoLimit_TakesTheRestOfTheContext(string body)
    {
        await using var server = await ServerHarness.StartAsync(text: new string('a', 3000), contextLength: 2048);

        var answer = await ChatTests.AskAsync(server, body);

        Assert.Equal(
            (2048, "length"), (answer["usage"]!["total_tokens"]!.GetValue<int>(),
                answer["choices"]![0]!["finish_reason"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Post_NoLimitAndFewSlots_TakesWhatTheSlotsHold()
    {
        await using var server = await ServerHarness.StartAsync(
            text: new string('a', 3000), contextLength: 2048, settings: "--Engine:KvSlots=400");

        var answer = await ChatTests.AskAsync(server, """{"messages":[{"role":"user","content":"Hi"}],"temperature":0}""");

        // 21 positions of the prompt and 79 of the answer take four slots each; nothing follows the last token.
        Assert.Equal(
            (80, "length"), (answer["usage"]!["completion_tokens"]!.GetValue<int>(),
                answer["choices"]![0]!["finish_reason"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Post_PromptThatFillsTheContext_IsRefusedWithoutTokensThatNobodyAskedFor()
    {
        await using var server = await ServerHarness.StartAsync();

        var (response, error) = await ServerHarness.RefuseAsync(server.Rest.PostAsync(
            "/v1/chat/completions", ServerHarness.Json($$"""{"messages":[{"role":"user","content":"{{new string('a', 3000)}}"}]}""")));

        Assert.Equal((400, "messages", "context_length_exceeded"),
            ((int)response.StatusCode, error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        Assert.Equal(
            "This model's maximum context length is 2048 tokens. However, your prompt contains 3019 input tokens, which leaves no room for output tokens. "
            + "Shorten the prompt by at least 972 tokens.",
            error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("5", "left", "tant\n")]
    [InlineData("5", "right", "user\n", true)]
    public async Task Post_TruncatePromptTokens_KeepsOneEndOfThePrompt(string tokens, string side, string kept, bool withStart = false)
    {
        await using var server = await ServerHarness.StartAsync(text: "Yes.");

        var answer = await ChatTests.AskAsync(
            server, $"{Hi},\"truncate_prompt_tokens\":{tokens},\"truncation_side\":\"{side}\",\"return_token_ids\":true}}");

        var prompt = answer["prompt_token_ids"]!.AsArray().Select(id => id!.GetValue<int>()).ToList();
        Assert.Equal(withStart ? [257, .. kept[..4].Select(letter => (int)letter)] : kept.Select(letter => (int)letter), prompt);
    }

    [Fact]
    public async Task Post_TruncatePromptTokensOfMinusOne_KeepsWhatFits()
    {
        await using var server = await ServerHarness.StartAsync(text: "Yes.", contextLength: 2048);

        var answer = await ChatTests.AskAsync(
            server,
            $$"""{"messages":[{"role":"user","content":"{{new string('a', 3000)}}"}],"max_tokens":40,"truncate_prompt_tokens":-1}""");

        Assert.Equal(2008, answer["usage"]!["prompt_tokens"]!.GetValue<int>());
    }

    private static async Task<string> PromptAsync(string template, string body, params string[] settings)
    {
        using var model = new TemplatedModel(template);
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting, .. settings]);
        using var response = await server.Rest.PostAsync("/apply-template", ServerHarness.Json(body));
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["prompt"]!.GetValue<string>();
    }

    private static async Task<List<string>> StreamAsync(ServerHarness server, string body, string path = "/v1/chat/completions")
    {
        using var response = await server.Rest.PostAsync(path, ServerHarness.Json(body));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = (await response.Content.ReadAsStringAsync()).Split("\n\n");
        return [.. events[..^1].Select(each => each["data: ".Length..])];
    }
}
