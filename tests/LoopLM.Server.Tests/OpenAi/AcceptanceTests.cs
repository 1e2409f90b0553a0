using System.Net;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>Requests that clients send and that request nothing that cannot be done.</summary>
public sealed class AcceptanceTests
{
    private const string Function = """{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}""";
    private const string FlatFunction = """{"type":"function","name":"f","strict":false,"parameters":{"type":"object","properties":{}}}""";
    private const string Call =
        """{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}""";

    private const string Template = "{# </think> <tool_call> #}{% set t = tools %}{% for m in messages %}{{ m.content }};{% endfor %}";

    private static readonly string[] s_chats =
    [
        $$$""" "tools":[{{{Function}}},{"type":"web_search"},{"type":"custom","custom":{"name":"c"}},{"type":"mcp","server_label":"m"}] """,
        """ "tools":[{"type":"web_search"}],"tool_choice":"auto" """,
        """ "tools":[],"tool_choice":"auto" """,
        """ "tools":[],"tool_choice":"none" """,
        """ "tools":null,"tool_choice":"auto","parallel_tool_calls":true """,
        """ "tool_choice":"auto" """,
        """ "tools":[{"function":{"name":"f"}}] """,
        $$$""" "tools":[{{{Function}}}],"tool_choice":{"type":"auto"} """,
        $$$""" "tools":[{{{Function}}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}} """,
        """ "store":true,"metadata":{"a":"b"},"user":"u","service_tier":"flex","safety_identifier":"s","prompt_cache_key":"k","prompt_cache_retention":"24h" """,
        """ "top_p":0,"temperature":0.7 """,
        """ "max_tokens":16.0,"n":1.0,"seed":7.0,"top_k":5.0 """,
        """ "max_tokens":-1 """,
        """ "max_completion_tokens":-1 """,
        """ "n_predict":-1 """,
        """ "n_predict":4 """,
        """ "chat_template_kwargs":{"a_name_that_no_template_reads":true} """,
        """ "verbosity":"medium","prediction":{"type":"content","content":"Hi"},"modalities":["text"],"moderation":null """,
        """ "best_of":1,"top_logprobs":0,"logprobs":false,"length_penalty":1.0,"use_beam_search":false,"documents":[],"echo":false """,
        """ "stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false,"continuous_usage_stats":true} """,
        """ "response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object","properties":{"a":{"type":"boolean"}},"required":["a"]}}} """,
        """ "thinking_token_budget":-1,"include_reasoning":true,"reasoning_effort":"low" """,
        """ "truncate_prompt_tokens":-1 """,
        """ "logprobs":true,"top_logprobs":-1,"max_tokens":4 """,
        """ "echo":true,"prompt_logprobs":1,"return_token_ids":true """,
    ];

    private static readonly string[] s_conversations =
    [
        $$$"""{"role":"user","content":"Hi"},{{{Call}}},{"role":"tool","tool_call_id":"c","content":null}""",
        $$$"""{"role":"user","content":"Hi"},{{{Call}}},{"role":"tool","tool_call_id":"c"}""",
        """{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[]},{"role":"user","content":"Go on"}""",
        """{"role":"user","content":"Hi"},{"role":"assistant"},{"role":"user","content":"Go on"}""",
        $$$"""{"role":"user","content":"Hi"},{{{Call.Replace("{}", "{\\\"value\\\": ", StringComparison.Ordinal)}}},{"role":"tool","tool_call_id":"c","content":"Error"}""",
        $$$"""{"role":"user","content":"Hi"},{{{Call.Replace("{}", "[]", StringComparison.Ordinal)}}},{"role":"tool","tool_call_id":"c","content":"Error"}""",
        $$$"""{"role":"user","content":"Hi"},{{{Call.Replace("{}", "\\\"x\\\"", StringComparison.Ordinal)}}},{"role":"tool","tool_call_id":"c","content":"Error"}""",
        """{"role":"user","content":"Hi"},{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"1"}""",
        """{"role":"user","content":"Hi"},{"role":"assistant","content":"Well,"}""",
    ];

    private static readonly string[] s_responses =
    [
        $$$""" "tools":[{{{FlatFunction}}},{"type":"namespace","name":"agents","tools":[{{{FlatFunction}}}]}],"tool_choice":"auto","parallel_tool_calls":false,"store":false """,
        $$$""" "tools":[{{{FlatFunction}}},{"type":"web_search","external_web_access":false},{"type":"image_generation","output_format":"png"}] """,
        $$$""" "tools":[{{{FlatFunction}}},{"type":"custom","name":"apply_patch","format":{"type":"grammar","syntax":"lark","definition":"start: /.+/"}}] """,
        """ "tools":[{"type":"file_search","vector_store_ids":["a"]},{"type":"code_interpreter","container":{"type":"auto"}},{"type":"computer_use_preview"},{"type":"local_shell"},{"type":"mcp","server_label":"m","server_url":"http://localhost"}] """,
        """ "tools":[],"tool_choice":"auto","parallel_tool_calls":false,"store":false """,
        """ "tool_choice":"auto","parallel_tool_calls":true """,
        """ "tool_choice":"none" """,
        """ "store":true,"truncation":"auto","service_tier":"auto","max_tool_calls":3,"background":false,"prompt_cache_key":"k" """,
        """ "include":["reasoning.encrypted_content","file_search_call.results"],"reasoning":{"effort":"low","summary":"auto"},"text":{"verbosity":"medium"} """,
        """ "stream":true,"stream_options":{"include_obfuscation":false} """,
        """ "max_output_tokens":-1 """,
        """ "max_output_tokens":16.0,"top_p":0,"n":1 """,
    ];

    private static readonly string[] s_items =
    [
        """{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"AAAA"},{"role":"user","content":"Hi"}""",
        """{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"content":null},{"role":"assistant","content":[{"type":"output_text","text":"Yes."}]}""",
        """{"type":"function_call","call_id":"c","name":"f","arguments":"{\"value\": "},{"type":"function_call_output","call_id":"c","output":"Error"}""",
        """{"type":"custom_tool_call","call_id":"c","name":"apply_patch","input":"*** Begin"},{"type":"custom_tool_call_output","call_id":"c","output":"Done"}""",
        """{"type":"local_shell_call","call_id":"c","status":"completed","action":{"type":"exec","command":["ls"]}},{"type":"local_shell_call_output","id":"c","output":"a.txt"}""",
        """{"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"a"}}""",
        """{"type":"mcp_list_tools","id":"m","server_label":"m","tools":[]},{"type":"mcp_call","id":"m2","name":"roll","arguments":"{}","server_label":"m","output":"4"}""",
        """{"type":"message","role":"assistant","content":null},{"role":"user","content":"Go on"}""",
    ];

    [Fact]
    public async Task Post_Chat_IsAnswered() => await AnswersAsync(
        "/v1/chat/completions", s_chats.Select(more => $$$"""{"messages":[{"role":"user","content":"Hi"}],{{{more}}}}"""));

    [Fact]
    public async Task Post_ChatWithAHistory_IsAnswered() => await AnswersAsync(
        "/v1/chat/completions", s_conversations.Select(messages =>
            $$$"""{"messages":[{{{messages}}}],"tools":[{{{Function}}}],"max_tokens":4}"""));

    [Fact]
    public async Task Post_Response_IsAnswered() => await AnswersAsync(
        "/v1/responses", s_responses.Select(more => $$$"""{"input":"Hi",{{{more}}}}"""));

    [Fact]
    public async Task Post_ResponseWithAHistory_IsAnswered() => await AnswersAsync(
        "/v1/responses", s_items.Select(items => $$$"""{"input":[{"role":"user","content":"Hi"},{{{items}}}],"max_output_tokens":4}"""));

    [Fact]
    public async Task Post_Completion_IsAnswered() => await AnswersAsync("/v1/completions",
    [
        """{"prompt":"Hi","max_tokens":-1}""",
        """{"prompt":"Hi","n_predict":3,"cache_prompt":true,"repeat_penalty":1.0,"mirostat":0,"grammar":""}""",
        """{"prompt":"Hi","max_tokens":3.0,"logprobs":-1}""",
        """{"prompt":"Hi","max_tokens":1,"prompt_logprobs":-1}""",
        """{"prompt":"Hi","suffix":"","tools":[],"functions":[],"tool_choice":"none","store":true,"top_p":0}""",
    ]);

    private static async Task AnswersAsync(string path, IEnumerable<string> bodies)
    {
        using var model = new TemplatedModel(Template);
        await using var server = await ServerHarness.StartAsync(text: "Yes.", contextLength: 2048, settings: [model.Setting]);
        var refused = new List<(string, string)>();

        foreach (var body in bodies)
        {
            using var response = await server.Rest.PostAsync(path, ServerHarness.Json(body));
            if (response.StatusCode != HttpStatusCode.OK)
            {
                refused.Add((body, await response.Content.ReadAsStringAsync()));
            }
        }

        Assert.Empty(refused);
    }
}
