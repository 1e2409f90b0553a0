using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>Every rule with its status, code and field. One server takes them all, and none of them leaves anything behind.</summary>
public sealed class ValidationTests
{
    private static readonly (string Body, int Status, string Code, string? Param)[] Rules =
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
        ("""{"prompt":["a","b"]}""", 400, "invalid_type", "prompt"),
        ("""{"prompt":[[1],[2]]}""", 400, "invalid_type", "prompt"),
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
        ("""{"prompt":"a","max_tokens":-1}""", 400, "invalid_value", "max_tokens"),
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
        ("""{"prompt":"a","top_p":0}""", 400, "invalid_value", "top_p"),
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
        ("""{"prompt":"a","n":2}""", 400, "unsupported_parameter", "n"),
        ("""{"prompt":"a","logprobs":1}""", 400, "unsupported_parameter", "logprobs"),
        ("""{"prompt":"a","echo":true}""", 400, "unsupported_parameter", "echo"),
        ("""{"prompt":"a","logit_bias":{"1":5}}""", 400, "unsupported_parameter", "logit_bias"),
        ("""{"prompt":"a","presence_penalty":1}""", 400, "unsupported_parameter", "presence_penalty"),
        ("""{"prompt":"a","response_format":{"type":"json_object"}}""", 400, "unsupported_parameter", "response_format"),
    ];

    [Fact]
    public async Task Post_EveryRuleBroken_IsRefusedWithItsStatusCodeAndField()
    {
        await using var server = await ServerHarness.StartAsync(settings: ["--Limits:MaxStopStrings=4", "--Limits:MaxStopLength=10"]);
        var found = new List<(string, int, string?, string?)>();

        foreach (var (body, _, _, _) in Rules)
        {
            var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync(body));
            found.Add((body, (int)response.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        }

        Assert.Equal(Rules.Select(rule => (rule.Body, rule.Status, (string?)rule.Code, rule.Param)), found);
    }

    [Fact]
    public async Task Post_ContextExceeded_SaysBothLengths()
    {
        await using var server = await ServerHarness.StartAsync();

        var (_, error) = await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"abcdef","max_tokens":60}"""));

        Assert.Equal(
            "This model's maximum context length is 64 tokens. However, you requested 60 output tokens and your prompt contains 6 input tokens, for a total of 66 tokens.",
            error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Post_NotJson_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync();
        using var content = new StringContent("""{"prompt":"a"}""", Encoding.UTF8, new MediaTypeHeaderValue("text/plain"));

        var (response, error) = await ServerHarness.RefuseAsync(server.Rest.PostAsync("/v1/completions", content));

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported_media_type"), (response.StatusCode, error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Post_BodyTooLarge_IsRefused()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxBodyBytes=2048");

        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync($$"""{"prompt":"{{new string('a', 3000)}}"}"""));

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "request_too_large"), (response.StatusCode, error.GetProperty("code").GetString()));
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
