namespace LoopLM.Server.Tests.OpenAi.Responses;

/// <summary>Every rule of <c>POST /v1/responses</c> with its status, code and field.</summary>
public sealed class ResponsesValidationTests
{
    private static readonly (string Body, int Status, string Code, string? Param)[] s_rules =
    [
        ("{}", 400, "missing_required_parameter", "input"),
        ("""{"input":null}""", 400, "missing_required_parameter", "input"),
        ("""{"input":5}""", 400, "invalid_type", "input"),
        ("""{"input":{}}""", 400, "invalid_type", "input"),
        ("""{"input":[]}""", 400, "invalid_value", "input"),
        ("""{"input":"\ud800"}""", 400, "invalid_value", "input"),
        ("""{"input":["Hi"]}""", 400, "invalid_type", "input[0]"),
        ("""{"input":[{}]}""", 400, "missing_required_parameter", "input[0].content"),
        ("""{"input":[{"content":"Hi"}]}""", 400, "missing_required_parameter", "input[0].role"),
        ("""{"input":[{"role":"user"}]}""", 400, "missing_required_parameter", "input[0].content"),
        ("""{"input":[{"role":"tool","content":"Hi"}]}""", 400, "invalid_value", "input[0].role"),
        ("""{"input":[{"role":7,"content":"Hi"}]}""", 400, "invalid_type", "input[0].role"),
        ("""{"input":[{"role":"user","content":7}]}""", 400, "invalid_type", "input[0].content"),
        ("""{"input":[{"role":"user","content":["Hi"]}]}""", 400, "invalid_type", "input[0].content[0]"),
        ("""{"input":[{"role":"user","content":[{"text":"Hi"}]}]}""", 400, "missing_required_parameter", "input[0].content[0].type"),
        ("""{"input":[{"role":"user","content":[{"type":"input_text"}]}]}""",
            400, "missing_required_parameter", "input[0].content[0].text"),
        ("""{"input":[{"role":"user","content":[{"type":"input_image","image_url":"http://localhost/a.png"}]}]}""",
            400, "unsupported_value", "input[0].content[0].type"),
        ("""{"input":[{"role":"user","content":[{"type":"input_file","file_id":"a"}]}]}""",
            400, "unsupported_value", "input[0].content[0].type"),
        ("""{"input":[{"type":"item_reference","id":"msg_1"}]}""", 400, "unsupported_value", "input[0].type"),
        ("""{"input":[{"type":7}]}""", 400, "invalid_type", "input[0].type"),
        ("""{"input":[{"type":"function_call","name":"f","arguments":"{}"}]}""", 400, "missing_required_parameter", "input[0].call_id"),
        ("""{"input":[{"type":"function_call","call_id":"c","arguments":"{}"}]}""", 400, "missing_required_parameter", "input[0].name"),
        ("""{"input":[{"type":"function_call","call_id":"c","name":"f","arguments":1}]}""", 400, "invalid_type", "input[0].arguments"),
        ("""{"input":[{"type":"function_call_output","output":"a"}]}""", 400, "missing_required_parameter", "input[0].call_id"),
        ("""{"input":[{"type":"function_call_output","call_id":"c"}]}""", 400, "missing_required_parameter", "input[0].output"),
        ("""{"input":[{"type":"function_call_output","call_id":"c","output":[{"type":"input_image"}]}]}""",
            400, "unsupported_value", "input[0].output[0].type"),
        ("""{"input":[{"type":"reasoning","summary":7}]}""", 400, "invalid_type", "input[0].summary"),
        ("""{"messages":[{"role":"user","content":"Hi"}]}""", 400, "unsupported_parameter", "messages"),
        (Hi(""" "instructions":[] """), 400, "invalid_type", "instructions"),
        (Hi(""" "max_output_tokens":0 """), 400, "invalid_value", "max_output_tokens"),
        (Hi(""" "max_output_tokens":"5" """), 400, "invalid_type", "max_output_tokens"),
        (Hi(""" "max_output_tokens":64 """), 400, "context_length_exceeded", "input"),
        (Hi(""" "max_tokens":5 """), 400, "unsupported_parameter", "max_tokens"),
        (Hi(""" "max_completion_tokens":5 """), 400, "unsupported_parameter", "max_completion_tokens"),
        (Hi(""" "response_format":{"type":"json_object"} """), 400, "unsupported_parameter", "response_format"),
        (Hi(""" "reasoning_effort":"low" """), 400, "unsupported_parameter", "reasoning_effort"),
        (Hi(""" "logprobs":true """), 400, "unsupported_parameter", "logprobs"),
        (Hi(""" "n":2 """), 400, "unsupported_parameter", "n"),
        (Hi(""" "model":"other" """), 404, "model_not_found", "model"),
        (Hi(""" "temperature":3,"max_output_tokens":5 """), 400, "invalid_value", "temperature"),
        (Hi(""" "store":"no" """), 400, "invalid_type", "store"),
        (Hi(""" "background":true """), 400, "unsupported_parameter", "background"),
        (Hi(""" "previous_response_id":"resp_1" """), 400, "unsupported_parameter", "previous_response_id"),
        (Hi(""" "conversation":"conv_1" """), 400, "unsupported_parameter", "conversation"),
        (Hi(""" "conversation":{"id":"conv_1"} """), 400, "unsupported_parameter", "conversation"),
        (Hi(""" "prompt":{"id":"pmpt_1"} """), 400, "unsupported_parameter", "prompt"),
        (Hi(""" "truncation":"all" """), 400, "invalid_value", "truncation"),
        (Hi(""" "stream":"yes" """), 400, "invalid_type", "stream"),
        (Hi(""" "stream_options":{} """), 400, "invalid_value", "stream_options"),
        (Hi(""" "metadata":[] """), 400, "invalid_type", "metadata"),
        (Hi(""" "metadata":{"a":1} """), 400, "invalid_value", "metadata"),
        (Hi($$""" "metadata":{"a":"{{new string('a', 513)}}"} """), 400, "invalid_value", "metadata"),
        (Hi($$""" "metadata":{"{{new string('a', 65)}}":"a"} """), 400, "invalid_value", "metadata"),
        (Hi($$""" "metadata":{ {{string.Join(',', Enumerable.Range(0, 17).Select(i => $"\"{i}\":\"\""))}} } """),
            400, "invalid_value", "metadata"),
        (Hi(""" "metadata":{"a":"\ud800"} """), 400, "invalid_value", "metadata.a"),
        (Hi(""" "include":"all" """), 400, "invalid_type", "include"),
        (Hi(""" "include":["all"] """), 400, "invalid_value", "include"),
        (Hi(""" "top_logprobs":1 """), 400, "invalid_value", "top_logprobs"),
        (Hi(""" "top_logprobs":21,"include":["message.output_text.logprobs"] """), 400, "invalid_value", "top_logprobs"),
        (Hi(""" "reasoning":"low" """), 400, "invalid_type", "reasoning"),
        (Hi(""" "reasoning":{"effort":"huge"} """), 400, "invalid_value", "reasoning.effort"),
        (Hi(""" "reasoning":{"effort":1} """), 400, "invalid_type", "reasoning.effort"),
        (Hi(""" "text":[] """), 400, "invalid_type", "text"),
        (Hi(""" "text":{"format":"json"} """), 400, "invalid_type", "text.format"),
        (Hi(""" "text":{"format":{}} """), 400, "missing_required_parameter", "text.format.type"),
        (Hi(""" "text":{"format":{"type":"xml"}} """), 400, "unsupported_value", "text.format.type"),
        (Hi(""" "text":{"format":{"type":"json_schema","name":"a b","schema":{}}} """), 400, "invalid_value", "text.format.name"),
        (Hi(""" "text":{"format":{"type":"json_schema","name":"a"}} """), 400, "missing_required_parameter", "text.format.schema"),
        (Hi(""" "text":{"format":{"type":"json_schema","name":"a","schema":{"pattern":"("}}} """),
            400, "invalid_value", "text.format.schema"),
        (Hi(""" "text":{"format":{"type":"json_schema","name":"a","schema":{"description":"\ud800"}}} """),
            400, "invalid_value", "text.format.schema.description"),
        (Hi(""" "text":{"format":{"type":"json_object"}},"min_tokens":1 """), 400, "invalid_value", "min_tokens"),
        (Hi(""" "tools":{} """), 400, "invalid_type", "tools"),
        (Hi(""" "tools":[{"type":"function","function":{"name":"f"}}] """), 400, "missing_required_parameter", "tools[0].name"),
        (Hi(""" "tools":[{"type":"function","name":"a b"}] """), 400, "invalid_value", "tools[0].name"),
        (Hi(""" "tools":[{"type":"function","name":"f","parameters":[]}] """), 400, "invalid_type", "tools[0].parameters"),
        (Hi(""" "tools":[{"type":"function","name":"f","parameters":{"a":"\ud800"}}] """), 400, "invalid_value", "tools[0].parameters.a"),
        (Hi(""" "tools":[{"type":"function","name":"f"}] """), 400, "unsupported_parameter", "tools"),
        (Hi(""" "tool_choice":"required" """), 400, "invalid_value", "tool_choice"),
        (Hi(""" "tool_choice":"all","tools":[{"type":"function","name":"f"}] """), 400, "invalid_value", "tool_choice"),
        (Hi(""" "tool_choice":{"type":"function","name":"g"},"tools":[{"type":"function","name":"f"}] """),
            400, "invalid_value", "tool_choice"),
        (Hi(""" "tool_choice":{"type":"web_search"},"tools":[{"type":"function","name":"f"}] """),
            400, "unsupported_value", "tool_choice.type"),
        (Hi(""" "tool_choice":{"type":"mcp","server_label":"a"},"tools":[{"type":"mcp","server_label":"a"}] """),
            400, "unsupported_value", "tool_choice.type"),
        (Hi(""" "text":{"verbosity":"low"} """), 400, "unsupported_parameter", "text.verbosity"),
        (Hi(""" "n":1e99999999999 """), 400, "invalid_value", "n"),
        ("""{"input":[{"type":"computer_call_output","call_id":"c","output":{"type":"computer_screenshot"}}]}""",
            400, "unsupported_value", "input[0].type"),
        ("""{"input":[{"type":"compaction","encrypted_content":"a"}]}""", 400, "unsupported_value", "input[0].type"),
        ("""{"input":[{"type":"poem"}]}""", 400, "unsupported_value", "input[0].type"),
        ("""{"input":[{"role":"assistant","content":null,"tool_calls":[{}]}]}""", 400, "unsupported_parameter", "input[0].tool_calls"),
        (Hi(""" "chat_template":"{{ 1 }}" """), 400, "unsupported_parameter", "chat_template"),
        (Hi(""" "max_loops":9,"max_output_tokens":5 """), 400, "invalid_value", "max_loops"),
        (Hi(""" "return_loop_logprobs":6 """), 400, "invalid_value", "return_loop_logprobs"),
    ];

    [Fact]
    public async Task Post_EveryRuleBroken_IsRefusedWithItsStatusCodeAndField()
    {
        await using var server = await ServerHarness.StartAsync();
        var found = new List<(string, int, string?, string?)>();

        foreach (var (body, _, _, _) in s_rules)
        {
            var (response, error) = await ServerHarness.RefuseAsync(ResponseCalls.PostAsync(server, body));
            found.Add((body, (int)response.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        }

        Assert.Empty(found.Except(s_rules.Select(rule => (rule.Body, rule.Status, (string?)rule.Code, rule.Param))));
    }

    [Theory]
    [InlineData(""" "max_output_tokens":0 """,
        "'max_output_tokens' is 0; it must be 1 or more, or -1 for as many as the context has left.")]
    [InlineData(""" "text":{"format":{"type":"xml"}} """,
        "In 'text.format': 'type' is 'xml', which is not supported; it must be text, json_object or json_schema.")]
    [InlineData(""" "top_logprobs":21,"include":["message.output_text.logprobs"] """,
        "'top_logprobs' is 21; it must be between 0 and 20, which Limits:MaxLogprobs sets, or -1 for the whole vocabulary.")]
    public async Task Post_FieldAtFault_IsNamedInTheMessageToo(string field, string message)
    {
        await using var server = await ServerHarness.StartAsync();

        var (_, error) = await ServerHarness.RefuseAsync(ResponseCalls.PostAsync(server, Hi(field)));

        Assert.Equal(message, error.GetProperty("message").GetString());
    }

    private static string Hi(string more) => $"{{\"input\":\"Hi\",{more}}}";
}
