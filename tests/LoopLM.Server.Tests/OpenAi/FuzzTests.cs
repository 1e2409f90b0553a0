namespace LoopLM.Server.Tests.OpenAi;

/// <summary>
/// Fields in any combination, with values from the edges of every type: each request is answered or refused, and none breaks the server.
/// </summary>
public sealed class FuzzTests
{
    private static readonly string[] s_fields =
    [
        "model", "max_tokens", "min_tokens", "temperature", "top_p", "top_k", "min_p",
        "n", "best_of", "seed", "stop", "stream", "stream_options", "logprobs",
        "prompt_logprobs", "echo", "suffix", "logit_bias", "presence_penalty",
        "frequency_penalty", "repetition_penalty", "ignore_eos", "stop_token_ids",
        "include_stop_str_in_output", "skip_special_tokens", "add_special_tokens", "allowed_token_ids", "bad_words", "return_token_ids",
        "return_tokens_as_token_ids", "return_gate_probabilities", "return_loop_logprobs",
        "return_skipped_loop_logprobs", "exit_policy", "exit_threshold",
        "min_loops", "max_loops", "exit_trace", "kv_layout", "speculation", "draft_loops", "cache_salt",
        "return_drafted", "response_format", "structured_outputs", "guided_json", "guided_choice", "guided_regex",
    ];

    private static readonly string[] s_chatFields =
    [
        .. s_fields, "messages", "max_completion_tokens", "top_logprobs", "reasoning_effort",
        "separate_reasoning", "tools", "tool_choice", "parallel_tool_calls",
        "chat_template_kwargs", "add_generation_prompt", "continue_final_message",
    ];

    /// <summary>Values that most of the fields take, so that combinations of them reach the engine.</summary>
    private static readonly (string Field, string[] Values)[] s_sound =
    [
        ("max_tokens", ["1", "5", "20"]), ("min_tokens", ["0", "1"]), ("temperature", ["0", "1", "2"]),
        ("top_p", ["0.5", "1"]), ("top_k", ["-1", "3"]), ("min_p", ["0", "0.2"]),
        ("n", ["1", "3"]), ("seed", ["-1", "7"]), ("stop", ["\"l\"", "[\"wö\",\"d\"]"]),
        ("stream", ["true", "false"]), ("logprobs", ["0", "3"]), ("echo", ["true", "false"]),
        ("logit_bias", ["{\"104\":-100}", "{\"256\":100}"]), ("presence_penalty", ["-2", "2"]),
        ("frequency_penalty", ["-2", "2"]), ("repetition_penalty", ["0.5", "2"]),
        ("ignore_eos", ["true"]), ("stop_token_ids", ["[104]", "[256,108]"]),
        ("include_stop_str_in_output", ["true"]), ("skip_special_tokens", ["false"]),
        ("allowed_token_ids", ["[104,108,256]"]), ("bad_words", ["[\"hé\"]"]),
        ("return_token_ids", ["true"]), ("return_gate_probabilities", ["true"]),
        ("return_loop_logprobs", ["2"]), ("exit_policy", ["\"fixed\"", "\"act\"", "\"hidden-delta\""]), ("min_loops", ["1", "2"]),
        ("max_loops", ["2", "6"]), ("kv_layout", ["\"shared\""]),
        ("speculation", ["\"fixed\""]), ("cache_salt", ["\"a\""]), ("return_drafted", ["true"]),
        ("response_format", ["{\"type\":\"json_object\"}",
            "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{\"type\":\"integer\"}}}"]),
        ("structured_outputs", ["{\"choice\":[\"yes\",\"no\"]}", "{\"regex\":\"[a-z]{3}\"}"]),
        ("guided_json", ["{\"type\":[\"string\",\"null\"]}"]),
    ];

    /// <summary>The same for chats, where some of them mean something else.</summary>
    private static readonly (string Field, string[] Values)[] s_soundChat =
    [
        .. s_sound.Where(field => field.Field is not ("logprobs" or "echo")), ("logprobs", ["true"]), ("max_completion_tokens", ["8"]),
        ("reasoning_effort", ["\"none\"", "\"low\"", "\"max\""]), ("separate_reasoning", ["false"]), ("parallel_tool_calls", ["false"]),
        ("tools", ["[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}}]"]),
        ("chat_template_kwargs", ["{\"enable_thinking\":true}"]),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Post_AnyFields_AreAnsweredOrRefused(int seed)
    {
        await using var server = await ServerHarness.StartAsync();
        await RandomBodies.PostAsync(server, "/v1/completions", seed, """ "prompt":"abc" """, s_fields, s_sound);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task PostChat_AnyFields_AreAnsweredOrRefused(int seed)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(
            text: "<think>hm</think>" + ServerHarness.Text, settings: [model.Setting, "--Limits:DefaultChatTokens=20"]);
        await RandomBodies.PostAsync(
            server, "/v1/chat/completions", seed, """ "messages":[{"role":"user","content":"abc"}] """, s_chatFields, s_soundChat);
    }
}
