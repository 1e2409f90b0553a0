using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>Every rule with its status, code and field. One server takes them all, and none of them leaves anything behind.</summary>
public sealed class ValidationTests
{
    private static readonly (string Body, int Status, string Code, string? Param)[] s_rules =
    [
        ("", 400, "invalid_json", null),
        ("{", 400, "invalid_json", null),
        ("[]", 400, "invalid_json", null),
        ("\"prompt\"", 400, "invalid_json", null),
        ("""{"prompt":"a","prompt":"b"}""", 400, "invalid_json", null),
        ("""{"\ud800":1,"prompt":"a"}""", 400, "invalid_json", null),
        ("{\"prompt\":" + new string('[', 70) + new string(']', 70) + "}", 400, "invalid_json", null),
        ("{}", 400, "missing_required_parameter", "prompt"),
        ("""{"prompt":null}""", 400, "missing_required_parameter", "prompt"),
        ("""{"prompt":5}""", 400, "invalid_type", "prompt"),
        ("""{"prompt":{}}""", 400, "invalid_type", "prompt"),
        ("""{"prompt":["a",5]}""", 400, "invalid_type", "prompt"),
        ("""{"prompt":["a",""]}""", 400, "invalid_value", "prompt"),
        ("""{"prompt":["a","\ud800"]}""", 400, "invalid_value", "prompt[1]"),
        ("""{"prompt":[[1],2]}""", 400, "invalid_type", "prompt"),
        ("""{"prompt":[[1],["a"]]}""", 400, "invalid_type", "prompt"),
        ("""{"prompt":[[1],[]]}""", 400, "invalid_value", "prompt"),
        ("""{"prompt":[[1],[[2]]]}""", 400, "invalid_type", "prompt"),
        ("""{"prompt":[[1],[260]]}""", 400, "invalid_value", "prompt"),
        ("""{"prompt":[null]}""", 400, "invalid_type", "prompt"),
        ("""{"prompt":[1,true]}""", 400, "invalid_type", "prompt"),
        ("""{"prompt":[1,2.5]}""", 400, "invalid_type", "prompt"),
        ("""{"prompt":""}""", 400, "invalid_value", "prompt"),
        ("""{"prompt":[]}""", 400, "invalid_value", "prompt"),
        ("""{"prompt":[260]}""", 400, "invalid_value", "prompt"),
        ("""{"prompt":[-1]}""", 400, "invalid_value", "prompt"),
        ("""{"prompt":"\ud800"}""", 400, "invalid_value", "prompt"),
        ("""{"prompt":"a","max_tokens":64}""", 400, "context_length_exceeded", "prompt"),
        ("""{"prompt":"a","max_tokens":2147483647}""", 400, "context_length_exceeded", "prompt"),
        ("""{"prompt":"a","max_tokens":0}""", 400, "invalid_value", "max_tokens"),
        ("""{"prompt":"a","max_tokens":2147483648}""", 400, "invalid_type", "max_tokens"),
        ("""{"prompt":"a","max_tokens":"5"}""", 400, "invalid_type", "max_tokens"),
        ("""{"prompt":"a","max_tokens":true}""", 400, "invalid_type", "max_tokens"),
        ("""{"prompt":"a","max_tokens":1.5}""", 400, "invalid_type", "max_tokens"),
        ("""{"prompt":"a","model":"other"}""", 404, "model_not_found", "model"),
        ("""{"prompt":"a","model":7}""", 400, "invalid_type", "model"),
        ("""{"prompt":"a","temperature":-0.1}""", 400, "invalid_value", "temperature"),
        ("""{"prompt":"a","temperature":2.1}""", 400, "invalid_value", "temperature"),
        ("""{"prompt":"a","temperature":1e999}""", 400, "invalid_type", "temperature"),
        ("""{"prompt":"a","temperature":[]}""", 400, "invalid_type", "temperature"),
        ("""{"prompt":"a","max_tokens":-2}""", 400, "invalid_value", "max_tokens"),
        ("""{"prompt":"a","max_tokens":1e99999999999}""", 400, "invalid_value", "max_tokens"),
        ("""{"prompt":"a","seed":1e400}""", 400, "invalid_type", "seed"),
        ("""{"prompt":"a","logprobs":-2}""", 400, "invalid_value", "logprobs"),
        ("""{"prompt":"a","logprobs":-1}""", 400, "invalid_value", "logprobs"),
        ("""{"prompt":"a","prompt_logprobs":-1}""", 400, "invalid_value", "prompt_logprobs"),
        ("""{"prompt":"a","top_p":-0.1}""", 400, "invalid_value", "top_p"),
        ("""{"prompt":"a","top_p":1.1}""", 400, "invalid_value", "top_p"),
        ("""{"prompt":"a","top_k":-2}""", 400, "invalid_value", "top_k"),
        ("""{"prompt":"a","min_p":1.5}""", 400, "invalid_value", "min_p"),
        ("""{"prompt":"a","seed":1.5}""", 400, "invalid_type", "seed"),
        ("""{"prompt":"a","seed":9223372036854775808}""", 400, "invalid_type", "seed"),
        ("""{"prompt":"a","stop":""}""", 400, "invalid_value", "stop"),
        ("""{"prompt":"a","stop":["b",""]}""", 400, "invalid_value", "stop"),
        ("""{"prompt":"a","stop":[1]}""", 400, "invalid_type", "stop"),
        ("""{"prompt":"a","stop":["1","2","3","4","5"]}""", 400, "invalid_value", "stop"),
        ("""{"prompt":"a","stop":"12345678901"}""", 400, "invalid_value", "stop"),
        ("""{"prompt":"a","stream":"yes"}""", 400, "invalid_type", "stream"),
        ("""{"prompt":"a","stream_options":{}}""", 400, "invalid_value", "stream_options"),
        ("""{"prompt":"a","stream":true,"stream_options":[]}""", 400, "invalid_type", "stream_options"),
        ("""{"prompt":"a","stream":true,"stream_options":{"include_usage":1}}""", 400, "invalid_type", "stream_options.include_usage"),
        ("""{"prompt":"a","exit_policy":"never"}""", 400, "invalid_value", "exit_policy"),
        ("""{"prompt":"a","exit_threshold":-1}""", 400, "invalid_value", "exit_threshold"),
        ("""{"prompt":"a","exit_threshold":1.5}""", 400, "invalid_value", "exit_threshold"),
        ("""{"prompt":"a","min_loops":0}""", 400, "invalid_value", "min_loops"),
        ("""{"prompt":"a","min_loops":3,"max_loops":2}""", 400, "invalid_value", "min_loops"),
        ("""{"prompt":"a","max_loops":0}""", 400, "invalid_value", "max_loops"),
        ("""{"prompt":"a","max_loops":9}""", 400, "invalid_value", "max_loops"),
        ("""{"prompt":"a","exit_trace":[4]}""", 400, "invalid_value", "exit_trace"),
        ("""{"prompt":"a","exit_policy":"trace"}""", 400, "invalid_value", "exit_trace"),
        ("""{"prompt":"a","exit_policy":"trace","max_tokens":2,"exit_trace":[4]}""", 400, "invalid_value", "exit_trace"),
        ("""{"prompt":"a","exit_policy":"trace","max_tokens":2,"exit_trace":[4,5]}""", 400, "invalid_value", "exit_trace"),
        ("""{"prompt":"a","kv_layout":"other"}""", 400, "invalid_value", "kv_layout"),
        ("""{"prompt":"a","n":0}""", 400, "invalid_value", "n"),
        ("""{"prompt":"a","n":129}""", 400, "invalid_value", "n"),
        ("""{"prompt":"a","n":2147483647}""", 400, "invalid_value", "n"),
        ("""{"prompt":"a","n":"2"}""", 400, "invalid_type", "n"),
        ("""{"prompt":["1","2","3","4","5"]}""", 400, "invalid_value", "prompt"),
        ("""{"prompt":["1","2","3","4"],"n":8}""", 400, "invalid_value", "n"),
        ("""{"prompt":["1","2","3","4"],"n":4}""", 400, "invalid_value", "n"),
        ("""{"prompt":"a","best_of":3}""", 400, "unsupported_value", "best_of"),
        ("""{"prompt":"a","n":3,"best_of":2}""", 400, "invalid_value", "best_of"),
        ("""{"prompt":"a","best_of":"1"}""", 400, "invalid_type", "best_of"),
        ("""{"prompt":"a","logprobs":21}""", 400, "invalid_value", "logprobs"),
        ("""{"prompt":"a","logprobs":true}""", 400, "invalid_type", "logprobs"),
        ("""{"prompt":"a","prompt_logprobs":21}""", 400, "invalid_value", "prompt_logprobs"),
        ("""{"prompt":"a","prompt_logprobs":1,"stream":true}""", 400, "unsupported_value", "prompt_logprobs"),
        ("""{"prompt":"12345678901","prompt_logprobs":8}""", 400, "invalid_value", "prompt_logprobs"),
        ("""{"prompt":["123456","123456"],"n":2,"echo":true,"logprobs":4}""", 400, "invalid_value", "logprobs"),
        ("""{"prompt":"a","return_loop_logprobs":6}""", 400, "invalid_value", "return_loop_logprobs"),
        ("""{"prompt":"a","return_loop_logprobs":-1}""", 400, "invalid_value", "return_loop_logprobs"),
        ("""{"prompt":"a","return_loop_logprobs":true}""", 400, "invalid_type", "return_loop_logprobs"),
        ("""{"prompt":"a","return_skipped_loop_logprobs":true}""", 400, "invalid_value", "return_skipped_loop_logprobs"),
        ("""{"prompt":"a","return_skipped_loop_logprobs":1}""", 400, "invalid_type", "return_skipped_loop_logprobs"),
        ("""{"prompt":"a","echo":1}""", 400, "invalid_type", "echo"),
        ("""{"prompt":"","echo":true,"max_tokens":0}""", 400, "invalid_value", "prompt"),
        ("""{"prompt":"a","echo":true,"max_tokens":0,"exit_policy":"trace","exit_trace":[]}""", 400, "invalid_value", "exit_trace"),
        ("""{"prompt":"a","suffix":"b"}""", 400, "unsupported_parameter", "suffix"),
        ("""{"prompt":"a","logit_bias":[]}""", 400, "invalid_type", "logit_bias"),
        ("""{"prompt":"a","logit_bias":{"a":5}}""", 400, "invalid_value", "logit_bias"),
        ("""{"prompt":"a","logit_bias":{"1.0":5}}""", 400, "invalid_value", "logit_bias"),
        ("""{"prompt":"a","logit_bias":{"1":"5"}}""", 400, "invalid_type", "logit_bias"),
        ("""{"prompt":"a","logit_bias":{"1":101}}""", 400, "invalid_value", "logit_bias"),
        ("""{"prompt":"a","logit_bias":{"1":-1e308}}""", 400, "invalid_type", "logit_bias"),
        ("""{"prompt":"a","logit_bias":{"260":1}}""", 400, "invalid_value", "logit_bias"),
        ("""{"prompt":"a","logit_bias":{"-1":1}}""", 400, "invalid_value", "logit_bias"),
        ("""{"prompt":"a","logit_bias":{"1":1,"2":1,"3":1}}""", 400, "invalid_value", "logit_bias"),
        ("""{"prompt":"a","presence_penalty":2.1}""", 400, "invalid_value", "presence_penalty"),
        ("""{"prompt":"a","presence_penalty":"1"}""", 400, "invalid_type", "presence_penalty"),
        ("""{"prompt":"a","frequency_penalty":-2.1}""", 400, "invalid_value", "frequency_penalty"),
        ("""{"prompt":"a","repetition_penalty":0}""", 400, "invalid_value", "repetition_penalty"),
        ("""{"prompt":"a","repetition_penalty":-1}""", 400, "invalid_value", "repetition_penalty"),
        ("""{"prompt":"a","min_tokens":-1}""", 400, "invalid_value", "min_tokens"),
        ("""{"prompt":"a","max_tokens":3,"min_tokens":4}""", 400, "invalid_value", "min_tokens"),
        ("""{"prompt":"a","ignore_eos":1}""", 400, "invalid_type", "ignore_eos"),
        ("""{"prompt":"a","stop_token_ids":[260]}""", 400, "invalid_value", "stop_token_ids"),
        ("""{"prompt":"a","stop_token_ids":[1,2,3]}""", 400, "invalid_value", "stop_token_ids"),
        ("""{"prompt":"a","stop_token_ids":5}""", 400, "invalid_type", "stop_token_ids"),
        ("""{"prompt":"a","include_stop_str_in_output":"no"}""", 400, "invalid_type", "include_stop_str_in_output"),
        ("""{"prompt":"a","skip_special_tokens":0}""", 400, "invalid_type", "skip_special_tokens"),
        ("""{"prompt":"a","add_special_tokens":0}""", 400, "invalid_type", "add_special_tokens"),
        ("""{"prompt":"a","return_token_ids":0}""", 400, "invalid_type", "return_token_ids"),
        ("""{"prompt":"a","return_tokens_as_token_ids":0}""", 400, "invalid_type", "return_tokens_as_token_ids"),
        ("""{"prompt":"a","allowed_token_ids":[]}""", 400, "invalid_value", "allowed_token_ids"),
        ("""{"prompt":"a","allowed_token_ids":[260]}""", 400, "invalid_value", "allowed_token_ids"),
        ("""{"prompt":"a","allowed_token_ids":{}}""", 400, "invalid_type", "allowed_token_ids"),
        ("""{"prompt":"a","bad_words":"word"}""", 400, "invalid_type", "bad_words"),
        ("""{"prompt":"a","bad_words":[1]}""", 400, "invalid_type", "bad_words"),
        ("""{"prompt":"a","bad_words":[""]}""", 400, "invalid_value", "bad_words"),
        ("""{"prompt":"a","bad_words":[" "]}""", 400, "invalid_value", "bad_words"),
        ("""{"prompt":"a","bad_words":["a","b","c"]}""", 400, "invalid_value", "bad_words"),
        ("""{"prompt":"a","bad_words":["12345"]}""", 400, "invalid_value", "bad_words"),
        ("""{"prompt":"a","use_beam_search":true}""", 400, "unsupported_parameter", "use_beam_search"),
        ("""{"prompt":"a","prompt_embeds":"AA"}""", 400, "unsupported_parameter", "prompt_embeds"),
        ("""{"prompt":"a","structured_outputs":{"regex":"(?=a)"}}""", 400, "invalid_value", "structured_outputs.regex"),
        ("""{"prompt":"a","structured_outputs":{"grammar":"root ::= a"}}""", 400, "unsupported_parameter", "structured_outputs.grammar"),
        ("""{"prompt":"a","guided_choice":[]}""", 400, "invalid_value", "guided_choice"),
        ("""{"prompt":"a","guided_grammar":"root ::= a"}""", 400, "unsupported_parameter", "guided_grammar"),
        ("""{"prompt":"a","guided_regex":"a","ignore_eos":true}""", 400, "invalid_value", "ignore_eos"),
        ("""{"prompt":"a","response_format":{"type":"xml"}}""", 400, "unsupported_value", "response_format.type"),
        ("""{"prompt":"a","response_format":{"type":"json_object"},"min_tokens":1}""", 400, "invalid_value", "min_tokens"),
        ("""{"prompt":"a","allowed_token_ids":[5],"bad_words":["\u0005"],"stream":true}""", 400, "invalid_value", null),
    ];

    [Fact]
    public async Task Post_EveryRuleBroken_IsRefusedWithItsStatusCodeAndField()
    {
        await using var server = await ServerHarness.StartAsync(settings:
        [
            "--Limits:MaxStopStrings=4", "--Limits:MaxStopLength=10", "--Limits:MaxPrompts=4", "--Engine:MaxQueuedRequests=16",
            "--Limits:MaxTotalChoices=12", "--Limits:MaxLogitBias=2",
            "--Limits:MaxStopTokens=2", "--Limits:MaxBadWords=2", "--Limits:MaxBadWordLength=4",
            "--Limits:MaxPromptLogprobs=98",
        ]);
        var found = new List<(string, int, string?, string?)>();

        foreach (var (body, _, _, _) in s_rules)
        {
            var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync(body));
            found.Add((body, (int)response.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        }

        Assert.Empty(found.Except(s_rules.Select(rule => (rule.Body, rule.Status, (string?)rule.Code, rule.Param))));
    }

    [Fact]
    public async Task Post_ContextExceeded_SaysBothLengths()
    {
        await using var server = await ServerHarness.StartAsync();

        var (_, error) = await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"abcdef","max_tokens":60}"""));

        Assert.Equal(
            "This model's maximum context length is 64 tokens. However, you requested 60 output tokens and your prompt contains 6 input tokens, for a total of 66 tokens. "
            + "Request at most 58 output tokens, or shorten the prompt.",
            error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Post_NotJson_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync();
        using var content = new StringContent("""{"prompt":"a"}""", Encoding.UTF8, new MediaTypeHeaderValue("text/plain"));

        var (response, error) = await ServerHarness.RefuseAsync(server.Rest.PostAsync("/v1/completions", content));

        Assert.Equal(
            (HttpStatusCode.UnsupportedMediaType, "unsupported_media_type"), (response.StatusCode, error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Post_BodyTooLarge_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxBodyBytes=2048");

        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync($$"""{"prompt":"{{new string('a', 3000)}}"}"""));

        Assert.Equal(
            (HttpStatusCode.RequestEntityTooLarge, "request_too_large"), (response.StatusCode, error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("GET", "/v1/completions", 405, "method_not_allowed")]
    [InlineData("GET", "/v1/nothing", 404, "unknown_url")]
    [InlineData("POST", "/v1/models", 405, "method_not_allowed")]
    [InlineData("GET", "/v1/models/some/other", 404, "model_not_found")]
    public async Task Send_NoSuchRoute_AnswersInTheSameShape(string method, string path, int status, string code)
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        var (response, error) = await ServerHarness.RefuseAsync(server.Rest.SendAsync(request));

        Assert.Equal((status, code), ((int)response.StatusCode, error.GetProperty("code").GetString()));
    }
}
