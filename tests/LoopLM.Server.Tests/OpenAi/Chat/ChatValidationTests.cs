using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using LoopLM.Server.Tests.Work;

namespace LoopLM.Server.Tests.OpenAi.Chat;

/// <summary>Every rule of chats with its status, code and field, and templates that do not suit the messages.</summary>
public sealed class ChatValidationTests
{
    private const string Hi = """ "messages":[{"role":"user","content":"Hi"}] """;

    private static readonly (string Body, int Status, string Code, string? Param)[] s_rules =
    [
        ("{}", 400, "missing_required_parameter", "messages"),
        ("""{"messages":null}""", 400, "missing_required_parameter", "messages"),
        ("""{"messages":[]}""", 400, "invalid_value", "messages"),
        ("""{"messages":"Hi"}""", 400, "invalid_type", "messages"),
        ("""{"messages":["Hi"]}""", 400, "invalid_type", "messages[0]"),
        ("""{"messages":[{"content":"Hi"}]}""", 400, "missing_required_parameter", "messages[0].role"),
        ("""{"messages":[{"role":"owner","content":"Hi"}]}""", 400, "invalid_value", "messages[0].role"),
        ("""{"messages":[{"role":7,"content":"Hi"}]}""", 400, "invalid_type", "messages[0].role"),
        ("""{"messages":[{"role":"user"}]}""", 400, "missing_required_parameter", "messages[0].content"),
        ("""{"messages":[{"role":"user","content":5}]}""", 400, "invalid_type", "messages[0].content"),
        ("""{"messages":[{"role":"user","content":"\ud800"}]}""", 400, "invalid_value", "messages[0].content"),
        ("""{"messages":[{"role":"user","content":["Hi"]}]}""", 400, "invalid_type", "messages[0].content[0]"),
        ("""{"messages":[{"role":"user","content":[{}]}]}""", 400, "missing_required_parameter", "messages[0].content[0].type"),
        ("""{"messages":[{"role":"user","content":[{"type":"text"}]}]}""",
            400, "missing_required_parameter", "messages[0].content[0].text"),
        ("""{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"http://localhost/a.png"}}]}]}""",
            400, "unsupported_value", "messages[0].content[1].type"),
        ("""{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}]}""",
            400, "unsupported_value", "messages[0].content[0].type"),
        ("""{"messages":[{"role":"user","content":"Hi","images":["aGk="]}]}""", 400, "unsupported_parameter", "messages[0].images"),
        ("""{"messages":[{"role":"assistant","audio":{"id":"a"}}]}""", 400, "unsupported_parameter", "messages[0].audio"),
        ("""{"messages":[{"role":"assistant","tool_calls":[{"type":"function"}]}]}""",
            400, "missing_required_parameter", "messages[0].tool_calls[0].function"),
        ("""{"messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":"{}"}}]}]}""",
            400, "missing_required_parameter", "messages[0].tool_calls[0].function.name"),
        ("""{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":1}}]}]}""",
            400, "invalid_type", "messages[0].tool_calls[0].function.arguments"),
        ("""{"messages":[{"role":"assistant","tool_calls":7}]}""", 400, "invalid_type", "messages[0].tool_calls"),
        (Chat(""" "chat_template_kwargs":{"add_generation_prompt":false} """), 400, "invalid_value", "chat_template_kwargs"),
        (Chat(""" "tools":[{"type":"web_search"}],"tool_choice":"required" """), 400, "invalid_value", "tool_choice"),
        (Chat(""" "tools":[{"type":"web_search"}],"tool_choice":{"type":"web_search"} """), 400, "unsupported_value", "tool_choice.type"),
        (Chat(""" "tools":[{"type":"custom","custom":{"name":"c"}}],"tool_choice":{"type":"custom","custom":{"name":"c"}} """),
            400, "unsupported_value", "tool_choice.type"),
        (Chat(""" "tools":[],"tool_choice":"f" """), 400, "invalid_value", "tool_choice"),
        (Chat(
            """ "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"g"}}]}},"tools":[{"type":"function","function":{"name":"f"}}] """),
            400, "invalid_value", "tool_choice"),
        (Chat(
            """ "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"some","tools":[{"type":"function","function":{"name":"f"}}]}},"tools":[{"type":"function","function":{"name":"f"}}] """),
            400, "invalid_value", "tool_choice.allowed_tools.mode"),
        (Chat(""" "tool_choice":{"type":"allowed_tools"},"tools":[{"type":"function","function":{"name":"f"}}] """),
            400, "missing_required_parameter", "tool_choice.tools"),
        (Chat(""" "max_tokens":-2 """), 400, "invalid_value", "max_tokens"),
        (Chat(""" "max_tokens":16.5 """), 400, "invalid_type", "max_tokens"),
        (Chat(""" "best_of":2 """), 400, "unsupported_value", "best_of"),
        (Chat(""" "truncate_prompt_tokens":0 """), 400, "invalid_value", "truncate_prompt_tokens"),
        (Chat(""" "truncation_side":"middle" """), 400, "invalid_value", "truncation_side"),
        (Chat(""" "prompt_logprobs":1,"stream":true """), 400, "unsupported_value", "prompt_logprobs"),
        (Chat(""" "prompt_logprobs":21 """), 400, "invalid_value", "prompt_logprobs"),
        (Chat(""" "logprob_token_ids":[5],"max_tokens":5 """), 400, "invalid_value", "logprob_token_ids"),
        (Chat(""" "logprob_token_ids":[260],"logprobs":true,"max_tokens":5 """), 400, "invalid_value", "logprob_token_ids"),
        (Chat(""" "logprobs":true,"top_logprobs":-2 """), 400, "invalid_value", "top_logprobs"),
        (Chat(""" "include_reasoning":"no" """), 400, "invalid_type", "include_reasoning"),
        (Chat(""" "format":"xml" """), 400, "unsupported_value", "format"),
        (Chat(""" "regex":"a","json_schema":{} """), 400, "invalid_value", "regex"),
        (Chat(""" "stream":true,"stream_options":{"continuous_usage_stats":1} """),
            400, "invalid_type", "stream_options.continuous_usage_stats"),
        (Chat(""" "chat_template":"{{ 1 }}" """), 400, "unsupported_parameter", "chat_template"),
        (Chat(""" "chat_template_kwargs":[] """), 400, "invalid_type", "chat_template_kwargs"),
        (Chat(""" "chat_template_kwargs":{"enable_thinking":{}} """), 400, "invalid_type", "chat_template_kwargs"),
        (Chat(""" "chat_template_kwargs":{"messages":"a"} """), 400, "invalid_value", "chat_template_kwargs"),
        (Chat(""" "continue_final_message":true """), 400, "invalid_value", "continue_final_message"),
        (Chat(""" "continue_final_message":true,"add_generation_prompt":true """), 400, "invalid_value", "continue_final_message"),
        (Chat(""" "tools":[{"type":"function","function":{"name":"f"}}] """), 400, "unsupported_parameter", "tools"),
        (Chat(""" "tools":[{"type":"function"}] """), 400, "missing_required_parameter", "tools[0].function"),
        (Chat(""" "tools":[{"type":"function","function":{}}] """), 400, "missing_required_parameter", "tools[0].function.name"),
        (Chat(""" "tools":[{"type":"function","function":{"name":"a b"}}] """), 400, "invalid_value", "tools[0].function.name"),
        (Chat(""" "tools":[{"type":"function","function":{"name":"f\n"}}] """), 400, "invalid_value", "tools[0].function.name"),
        (Chat(""" "tools":[{"type":"function","function":{"name":"f","parameters":[]}}] """),
            400, "invalid_type", "tools[0].function.parameters"),
        (Chat(""" "tools":[{"type":"function","function":{"name":"f","description":"\ud800"}}] """),
            400, "invalid_value", "tools[0].function.description"),
        (Chat(""" "tools":[{"type":"function","function":{"name":"f","parameters":{"a":"\ud800"}}}] """),
            400, "invalid_value", "tools[0].function.parameters.a"),
        (Chat(""" "tool_choice":"required" """), 400, "invalid_value", "tool_choice"),
        (Chat(""" "tool_choice":"required","tools":[{"type":"function","function":{"name":"f"}}] """),
            400, "unsupported_parameter", "tools"),
        (Chat(""" "tool_choice":"all","tools":[{"type":"function","function":{"name":"f"}}] """), 400, "invalid_value", "tool_choice"),
        (Chat(""" "tool_choice":{"type":"function","function":{"name":"g"}},"tools":[{"type":"function","function":{"name":"f"}}] """),
            400, "invalid_value", "tool_choice"),
        (Chat(""" "tool_choice":{"type":"function"},"tools":[{"type":"function","function":{"name":"f"}}] """),
            400, "missing_required_parameter", "tool_choice.name"),
        (Chat(""" "tool_choice":5,"tools":[{"type":"function","function":{"name":"f"}}] """), 400, "invalid_type", "tool_choice"),
        (Chat(""" "response_format":{"type":"xml"} """), 400, "unsupported_value", "response_format.type"),
        (Chat(""" "response_format":{"type":"json_object"},"min_tokens":1 """), 400, "invalid_value", "min_tokens"),
        (Chat(""" "parallel_tool_calls":1 """), 400, "invalid_type", "parallel_tool_calls"),
        (Chat(""" "functions":[{"name":"f"}] """), 400, "unsupported_parameter", "functions"),
        (Chat(""" "modalities":["audio"] """), 400, "unsupported_parameter", "modalities"),
        (Chat(""" "reasoning_effort":"huge" """), 400, "invalid_value", "reasoning_effort"),
        (Chat(""" "reasoning_effort":1 """), 400, "invalid_type", "reasoning_effort"),
        (Chat(""" "logprobs":1 """), 400, "invalid_type", "logprobs"),
        (Chat(""" "top_logprobs":1 """), 400, "invalid_value", "top_logprobs"),
        (Chat(""" "logprobs":true,"top_logprobs":21 """), 400, "invalid_value", "top_logprobs"),
        (Chat(""" "max_tokens":0 """), 400, "invalid_value", "max_tokens"),
        (Chat(""" "max_completion_tokens":0 """), 400, "invalid_value", "max_completion_tokens"),
        (Chat(""" "max_completion_tokens":64 """), 400, "context_length_exceeded", "messages"),
        (Chat(""" "model":"other" """), 404, "model_not_found", "model"),
        (Chat(""" "temperature":3,"max_tokens":5 """), 400, "invalid_value", "temperature"),
        (Chat(""" "n":129 """), 400, "invalid_value", "n"),
        (Chat(""" "stream_options":{} """), 400, "invalid_value", "stream_options"),
        (Chat(""" "structured_outputs":{"regex":"("} """), 400, "invalid_value", "structured_outputs.regex"),
        (Chat(""" "structured_outputs":{"structural_tag":{}} """), 400, "unsupported_parameter", "structured_outputs.structural_tag"),
        (Chat(""" "guided_json":{"not":{}} """), 400, "invalid_value", "guided_json"),
        (Chat(""" "guided_grammar":"root ::= a" """), 400, "unsupported_parameter", "guided_grammar"),
    ];

    [Fact]
    public async Task Post_EveryRuleBroken_IsRefusedWithItsStatusCodeAndField()
    {
        await using var server = await ServerHarness.StartAsync();
        var found = new List<(string, int, string?, string?)>();

        foreach (var (body, _, _, _) in s_rules)
        {
            var (response, error) = await ServerHarness.RefuseAsync(PostAsync(server, body));
            found.Add((body, (int)response.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        }

        Assert.Empty(found.Except(s_rules.Select(rule => (rule.Body, rule.Status, (string?)rule.Code, rule.Param))));
    }

    [Theory]
    [InlineData("{{ raise_exception('Only one turn, not ' ~ messages[0].content) }}",
        "The model's chat template refuses the messages: Only one turn, not ...")]
    [InlineData("{{ messages[0].content + 1 }}",
        "The model's chat template cannot write these messages: line 1, column 24: '+' cannot join a string and a number.")]
    [InlineData("{% for i in range(9999999) %}{% endfor %}",
        "The model's chat template cannot write these messages: line 1, column 18: The template needs more than 2000000 steps.")]
    public async Task Post_TemplateThatFails_IsRefusedWithoutTheContent(string template, string message)
    {
        using var model = new TemplatedModel(template);
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting]);

        var (response, error) = await ServerHarness.RefuseAsync(PostAsync(server, $"{{{Hi}}}"));

        Assert.Equal((HttpStatusCode.BadRequest, "messages", message),
            (response.StatusCode, error.GetProperty("param").GetString(), error.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData(""" "max_completion_tokens":3,"min_tokens":5 """,
        "'min_tokens' is 5; it must be between 0 and 'max_completion_tokens', which is 3.")]
    [InlineData(""" "n_predict":3,"min_tokens":5 """, "'min_tokens' is 5; it must be between 0 and 'n_predict', which is 3.")]
    [InlineData(""" "logprobs":true,"top_logprobs":99 """,
        "'top_logprobs' is 99; it must be between 0 and 20, which Limits:MaxLogprobs sets, or -1 for the whole vocabulary.")]
    public async Task Post_SettingAtFault_HasTheNameThatTheRequestGivesIt(string fields, string message)
    {
        await using var server = await ServerHarness.StartAsync();

        var (_, error) = await ServerHarness.RefuseAsync(
            PostAsync(server, $$"""{"messages":[{"role":"user","content":"a"}],{{fields}}}"""));

        Assert.Equal(message, error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Post_AddressesInAMessage_AreNeverFetched()
    {
        await using var server = await ServerHarness.StartAsync(contextLength: 512);
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        try
        {
            var url = $"http://{listener.LocalEndpoint}/a.png";
            var text = await PostAsync(
                server, $$"""{"messages":[{"role":"user","content":"![a]({{url}}) <img src='{{url}}'>"}],"max_tokens":1}""");
            Assert.Equal(HttpStatusCode.OK, text.StatusCode);
            foreach (var part in (string[])[$$$"""{"type":"image_url","image_url":{"url":"{{{url}}}"}}""",
                $$$"""{"type":"file","file":{"file_data":"{{{url}}}"}}""",
                $$$"""{"type":"input_audio","input_audio":{"data":"{{{url}}}"}}"""])
            {
                var (response, _) = await ServerHarness.RefuseAsync(
                    PostAsync(server, $$$"""{"messages":[{"role":"user","content":[{{{part}}}]}]}"""));
                Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            }

            Assert.False(listener.Pending());
        }
        finally
        {
            listener.Stop();
        }
    }

    [Fact]
    public async Task Post_SlowTemplate_IsRefusedInTime()
    {
        using var model = new TemplatedModel("{% for i in range(400) %}{% for j in range(400) %}{{ i * j }}{% endfor %}{% endfor %}");
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting, "--Limits:TemplateTimeout=00:00:00.010"]);

        var (_, error) = await ServerHarness.RefuseAsync(PostAsync(server, $"{{{Hi}}}"));

        Assert.EndsWith("The template needs more than 0.01 s.", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_ShortConversationInASlowTemplate_IsWrittenOnAThreadForLongTexts()
    {
        using var model = new TemplatedModel("{% for i in range(600) %}{% for j in range(600) %}{{ i * j }}{% endfor %}{% endfor %}");
        await using var server = await ServerHarness.StartAsync(
            settings: [model.Setting, "--Limits:WorkThreads=1", "--Limits:MaxQueuedWork=0"]);
        using var held = new HeldWork(server, work => work.Texts);

        var (response, error) = await ServerHarness.RefuseAsync(PostAsync(server, $"{{{Hi}}}"));

        Assert.Equal((HttpStatusCode.TooManyRequests, "queue_full"), (response.StatusCode, error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Post_ContentParts_AreJoinedByLines()
    {
        using var model = new TemplatedModel("{{ messages[0].role }}:{{ messages[0].content }}");
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting]);
        var body = """{"messages":[{"role":"developer","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}""";

        using var response = await server.Rest.PostAsync("/apply-template", ServerHarness.Json(body));

        Assert.Equal("system:a\nb", JsonNode.Parse(await response.Content.ReadAsStringAsync())!["prompt"]!.GetValue<string>());
    }

    private static string Chat(string more) => $"{{{Hi},{more}}}";

    private static Task<HttpResponseMessage> PostAsync(ServerHarness server, string body) =>
        server.Rest.PostAsync("/v1/chat/completions", ServerHarness.Json(body));
}
