using System.Net;

namespace LoopLM.Server.Tests.Rest;

/// <summary>Which paths lead where, and what is said where none does.</summary>
public sealed class RoutesTests
{
    private const string Prompt = """{"prompt":"a","max_tokens":1}""";
    private const string Messages = """{"messages":[{"role":"user","content":"a"}],"max_tokens":1}""";

    [Theory]
    [InlineData("/completions", Prompt)]
    [InlineData("/chat/completions", Messages)]
    [InlineData("/responses", """{"input":"a","max_output_tokens":1}""")]
    [InlineData("/loop/compare", """{"prompt":"a","max_tokens":1,"settings":[{},{}]}""")]
    [InlineData("/tokenize", Prompt)]
    [InlineData("/detokenize", """{"tokens":[65]}""")]
    [InlineData("/apply-template", Messages)]
    public async Task Post_WithOrWithoutPrefixAndSlash_IsAnswered(string path, string body)
    {
        await using var server = await ServerHarness.StartAsync();
        foreach (var spelled in (string[])[path, $"/v1{path}", $"{path}/", $"/v1{path}/", $"/V1{path.ToUpperInvariant()}"])
        {
            using var response = await server.Rest.PostAsync(spelled, ServerHarness.Json(body));

            Assert.True(response.StatusCode == HttpStatusCode.OK, spelled);
        }
    }

    [Fact]
    public async Task Post_LlamaCppsCompletion_IsAnswered()
    {
        await using var server = await ServerHarness.StartAsync();

        using var response = await server.Rest.PostAsync("/completion", ServerHarness.Json(Prompt));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v1/models")]
    [InlineData("/v1/models/")]
    [InlineData("/models")]
    [InlineData("/v1/models/looplm-bytes")]
    [InlineData("/v1/models/looplm-bytes/")]
    [InlineData("/models/looplm-bytes")]
    [InlineData("/models/org%2Fb")]
    [InlineData("/models/org/b/")]
    [InlineData("/version")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/openapi.json")]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready/")]
    [InlineData("/metrics")]
    public async Task GetAndHead_EveryDescribedRoute_AreAnsweredAlike(string path)
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Model:Aliases:0=org/b");

        using var get = await server.Rest.GetAsync(path);
        using var head = await server.Rest.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (get.StatusCode, head.StatusCode));
        Assert.NotEmpty(await get.Content.ReadAsByteArrayAsync());
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        Assert.Equal(get.Content.Headers.ContentType?.MediaType, head.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("/v1/completions", "POST")]
    [InlineData("/chat/completions", "POST")]
    [InlineData("/v1/models", "GET, HEAD")]
    public async Task Options_Route_SaysWhatItTakes(string path, string allowed)
    {
        await using var server = await ServerHarness.StartAsync();

        using var response = await server.Rest.SendAsync(new HttpRequestMessage(HttpMethod.Options, path));

        Assert.Equal((HttpStatusCode.NoContent, allowed), (response.StatusCode, string.Join(", ", response.Content.Headers.Allow)));
    }

    [Theory]
    [InlineData("DELETE", "/v1/models/a", "GET, HEAD")]
    [InlineData("GET", "/v1/chat/completions", "POST")]
    [InlineData("GET", "/completion", "POST")]
    [InlineData("PUT", "/tokenize", "POST")]
    [InlineData("POST", "/", "GET, HEAD")]
    public async Task Send_MethodThatTheRouteDoesNotTake_SaysWhichItTakes(string method, string path, string allowed)
    {
        await using var server = await ServerHarness.StartAsync();

        var (response, error) = await ServerHarness.RefuseAsync(
            server.Rest.SendAsync(new HttpRequestMessage(new HttpMethod(method), path)));

        Assert.Equal((HttpStatusCode.MethodNotAllowed, "method_not_allowed"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow));
        Assert.Contains(allowed, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/api/chat", "Ollama's API is not served")]
    [InlineData("GET", "/api/tags", "Ollama's API is not served")]
    [InlineData("POST", "/v1/messages", "Anthropic's API is not served")]
    [InlineData("POST", "/v1/messages/count_tokens", "Anthropic's API is not served")]
    [InlineData("POST", "/v1/v1/chat/completions", "/v1 twice")]
    [InlineData("POST", "/v1//chat/completions", "two slashes")]
    [InlineData("POST", "/v1/chat/completions/chat/completions", "after an endpoint")]
    [InlineData("POST", "/openai/deployments/m/chat/completions", "Azure's paths are not served")]
    [InlineData("GET", "/v1/responses/resp_1", "No answer is stored")]
    [InlineData("POST", "/v1/embeddings", "Embeddings are not served")]
    [InlineData("GET", "/favicon.ico", "/openapi.json")]
    [InlineData("GET", "/nothing", "POST /v1/chat/completions")]
    [InlineData("GET", "/health/nothing", "GET /v1/models")]
    [InlineData("GET", "/a%0Ab", "There is no GET /a%0Ab.")]
    public async Task Send_NoSuchRoute_SaysWhatThereIs(string method, string path, string message)
    {
        await using var server = await ServerHarness.StartAsync();

        var (response, error) = await ServerHarness.RefuseAsync(
            server.Rest.SendAsync(new HttpRequestMessage(new HttpMethod(method), path)));

        Assert.Equal((HttpStatusCode.NotFound, "unknown_url"), (response.StatusCode, error.GetProperty("code").GetString()));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/v1/models", "", 200)]
    [InlineData("GET", "/nothing", "", 404)]
    [InlineData("GET", "/v1/completions", "", 405)]
    [InlineData("OPTIONS", "/v1/completions", "", 204)]
    [InlineData("HEAD", "/v1/models", "", 200)]
    [InlineData("POST", "/v1/completions", "Content-Type: text/plain\r\nContent-Length: 0\r\n", 415)]
    [InlineData("POST", "/v1/completions", "Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{", 400)]
    [InlineData("POST", "/v1/completions", "Content-Type: application/json\r\nContent-Length: 99999999\r\n", 413)]
    [InlineData("POST", "/v1/completions", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400)]
    [InlineData("GET", "/health", "Host: evil.example.org\r\n", 400)]
    public async Task Send_Anything_IsAnsweredWithARequestId(string method, string path, string rest, int status)
    {
        await using var server = await ServerHarness.StartAsync();
        var host = rest.StartsWith("Host", StringComparison.Ordinal) ? "" : "Host: localhost\r\n";

        var answer = await RawHttp.SendAsync(
            server, $"{method} {path} HTTP/1.1\r\n{host}x-request-id: mine-7\r\nConnection: close\r\n{rest}\r\n");

        Assert.Equal(status, RawHttp.StatusOf(answer));
        Assert.Contains("\r\nx-request-id: mine-7\r\n", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Post_Alias_IsCountedAgainstTheSameLimits()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--RateLimits:RequestsPerMinute=1");
        using var first = await server.PostAsync(Prompt);

        var (second, _) = await ServerHarness.RefuseAsync(server.Rest.PostAsync("/completion", ServerHarness.Json(Prompt)));

        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
    }

    [Fact]
    public async Task Get_MetricsAfterOddPaths_NamesRoutesOnly()
    {
        await using var server = await ServerHarness.StartAsync();
        foreach (var path in (string[])["/nothing/topsecret", "/v1/models/topsecret", "/topsecret"])
        {
            using var response = await server.Rest.GetAsync(path);
        }

        Assert.DoesNotContain("topsecret", await server.Rest.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt-4o")]
    [InlineData("a`b\\n\\u0007")]
    public async Task Post_UnknownModel_ListsThoseServed(string name)
    {
        await using var server = await ServerHarness.StartAsync(settings: ServerHarness.SeveralModels("alpha", "org/beta"));

        var (response, error) = await ServerHarness.RefuseAsync(server.PostAsync($$"""{"prompt":"a","model":"{{name}}"}"""));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.EndsWith(
            " does not exist. Served: `alpha`, `org/beta`.", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotMatch("\\p{Cc}", error.GetProperty("message").GetString());
    }
}
