using System.Net;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Grpc.Health.V1;
using LoopLM.Protocol.V1;
using LoopLM.Server.Hosting.Pipeline;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace LoopLM.Server.Tests.Access;

/// <summary>Who may use the server where keys are set.</summary>
public sealed class ApiKeyTests
{
    private const string Key = "sk-a-secret";

    private static readonly string[] s_settings =
        ["--Auth:Keys:0:Name=first", $"--Auth:Keys:0:Sha256={Hash("another")}",
            "--Auth:Keys:1:Name=second", $"--Auth:Keys:1:Sha256={Hash(Key)}"];

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer ", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer wrong", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer sk-a-secret2", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer SK-A-SECRET", HttpStatusCode.Unauthorized)]
    [InlineData("Basic sk-a-secret", HttpStatusCode.Unauthorized)]
    [InlineData("sk-a-secret", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer sk-a-secret, Bearer sk-a-secret", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer sk-a-secret", HttpStatusCode.OK)]
    [InlineData("bearer sk-a-secret", HttpStatusCode.OK)]
    [InlineData("Bearer another", HttpStatusCode.OK)]
    public async Task Post_Authorization_DecidesWhoIsAnswered(string? header, HttpStatusCode status)
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);

        using var response = await SendAsync(server, HttpMethod.Post, "/v1/completions", header);

        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("x-api-key", Key, null, HttpStatusCode.OK)]
    [InlineData("X-API-Key", " another ", null, HttpStatusCode.OK)]
    [InlineData("api-key", Key, null, HttpStatusCode.OK)]
    [InlineData("x-api-key", "wrong", null, HttpStatusCode.Unauthorized)]
    [InlineData("x-api-key", "", null, HttpStatusCode.Unauthorized)]
    [InlineData("x-api-key", "Bearer sk-a-secret", null, HttpStatusCode.Unauthorized)]
    [InlineData("x-api-key", Key, "Bearer wrong", HttpStatusCode.Unauthorized)]
    [InlineData("x-api-key", "wrong", "Bearer " + Key, HttpStatusCode.OK)]
    public async Task Post_KeyInAHeaderOfItsOwn_DecidesUnlessThereIsAuthorization(
        string header, string key, string? authorization, HttpStatusCode status)
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);
        server.Rest.DefaultRequestHeaders.TryAddWithoutValidation(header, key);

        using var response = await SendAsync(server, HttpMethod.Post, "/v1/completions", authorization);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Start_Keys_NeedsNoDataProtection()
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Throws<InvalidOperationException>(() => server.Service<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>());
    }

    [Fact]
    public async Task Send_NoKey_ReachesNoRoute()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);
        foreach (var endpoint in server.Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            var method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods[0] ?? "GET";
            using var response = await SendAsync(
                server, new HttpMethod(method),
                "/" + endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{**id}", "a", StringComparison.Ordinal), null);

            Assert.True(HttpStatusCode.Unauthorized == response.StatusCode, endpoint.RoutePattern.RawText);
        }
    }

    [Fact]
    public async Task Post_WrongKey_IsRefusedInOpenAisShapeWithAChallenge()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);

        var (response, error) = await ServerHarness.RefuseAsync(SendAsync(server, HttpMethod.Post, "/v1/completions", "Bearer topsecret"));

        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal(
            ("authentication_error", "invalid_api_key"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.DoesNotContain("topsecret", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoints_AllButHealthAndPages_NeedAKey()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);

        var open = server.Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            .Select(endpoint => endpoint.RoutePattern.RawText);

        Assert.NotEmpty(open);
        Assert.All(open, route =>
            Assert.Matches("^/?(|live|docs/.*|assets/.*|health(/live|/ready)?|grpc[.]health[.]v1[.]Health/.*)$", route));
    }

    [Theory]
    [InlineData("GET", "/health/live", HttpStatusCode.OK)]
    [InlineData("GET", "/health/ready", HttpStatusCode.OK)]
    [InlineData("GET", "/health", HttpStatusCode.OK)]
    [InlineData("GET", "/", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/metrics", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/assets", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/assets/../v1/models", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/version", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/openapi/v1.json", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/v1/models", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/V1/Models", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "//v1/models", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/v1%2fmodels", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/v1/models/.", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/health/../v1/models", HttpStatusCode.Unauthorized)]
    [InlineData("POST", "/v1/loop/compare", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/v1/loop/live", HttpStatusCode.Unauthorized)]
    [InlineData("POST", "/v1/responses", HttpStatusCode.Unauthorized)]
    [InlineData("GET", "/nothing", HttpStatusCode.Unauthorized)]
    [InlineData("DELETE", "/v1/completions", HttpStatusCode.Unauthorized)]
    [InlineData("OPTIONS", "/v1/completions", HttpStatusCode.Unauthorized)]
    public async Task Send_NoKey_ReachesHealthOnly(string method, string path, HttpStatusCode status)
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);

        using var response = await SendAsync(server, new HttpMethod(method), path, null);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Get_OpenMetrics_NeedsNoKey()
    {
        await using var server = await ServerHarness.StartAsync(settings: [.. s_settings, "--Auth:OpenMetrics=true"]);

        Assert.Equal(HttpStatusCode.OK, (await server.Rest.GetAsync("/metrics")).StatusCode);
    }

    [Fact]
    public async Task Generate_NoKey_IsUnauthenticatedAndHealthAnswers()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);
        var deadline = DateTime.UtcNow + ServerHarness.Patience;

        using var call = new Inference.InferenceClient(server.Channel).Generate(new GenerateRequest { Text = "a" }, deadline: deadline);
        var exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.ReadAllAsync().ToListAsync().AsTask());
        var health = await new global::Grpc.Health.V1.Health.HealthClient(server.Channel).CheckAsync(
            new HealthCheckRequest(), deadline: deadline);

        Assert.Equal((StatusCode.Unauthenticated, HealthCheckResponse.Types.ServingStatus.Serving), (exception.StatusCode, health.Status));
    }

    [Fact]
    public async Task Generate_Key_IsAnswered()
    {
        await using var server = await ServerHarness.StartAsync(settings: s_settings);
        using var call = new Inference.InferenceClient(server.Channel).Generate(
            new GenerateRequest { Text = "a", MaxTokens = 2 },
            new Metadata { { "authorization", $"Bearer {Key}" } }, DateTime.UtcNow + ServerHarness.Patience);

        Assert.Equal(3, (await call.ResponseStream.ReadAllAsync().ToListAsync()).Count);
    }

    [Fact]
    public async Task Log_OfRequestsWithKeys_HoldsTheirNamesOnly()
    {
        var file = Path.Combine(Path.GetTempPath(), $"looplm-{Guid.NewGuid():N}.log");
        try
        {
            await using (var server = await ServerHarness.StartAsync(settings:
                [.. s_settings, "--Serilog:MinimumLevel:Default=Verbose",
                    "--Serilog:MinimumLevel:Override:Microsoft.AspNetCore=Verbose", "--Serilog:WriteTo:0:Name=File",
                    $"--Serilog:WriteTo:0:Args:path={file}", "--Serilog:WriteTo:0:Args:outputTemplate={Message} {Properties}{NewLine}"]))
            {
                using var answered = await SendAsync(server, HttpMethod.Post, "/v1/completions", $"Bearer {Key}");
                using var refused = await SendAsync(server, HttpMethod.Post, "/v1/completions", "Bearer topsecret");
                server.Rest.DefaultRequestHeaders.Add("x-api-key", Key);
                using var answeredToo = await SendAsync(server, HttpMethod.Post, "/completions", null);
            }

            var log = await File.ReadAllTextAsync(file);
            Assert.Contains("second", log, StringComparison.Ordinal);
            Assert.DoesNotContain(Key, log, StringComparison.Ordinal);
            Assert.DoesNotContain("topsecret", log, StringComparison.Ordinal);
            Assert.DoesNotContain(Hash(Key), log, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("http://localhost:1", true)]
    [InlineData("http://127.0.0.2:1", true)]
    [InlineData("https://[::1]:1", true)]
    [InlineData("http://*:1", false)]
    [InlineData("http://+:1", false)]
    [InlineData("http://0.0.0.0:1", false)]
    [InlineData("http://[::]:1", false)]
    [InlineData("http://10.0.0.1:1", false)]
    [InlineData("http://example.org:1", false)]
    public void IsLoopback_Address_SaysWhetherOthersReachIt(string address, bool loopback) =>
        Assert.Equal(loopback, OpenServerWarning.IsLoopback(address));

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static Task<HttpResponseMessage> SendAsync(ServerHarness server, HttpMethod method, string path, string? authorization)
    {
        var request = new HttpRequestMessage(
            method, new Uri(
                server.Rest.BaseAddress + path[1..], new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (method == HttpMethod.Post)
        {
            request.Content = ServerHarness.Json("""{"prompt":"a","max_tokens":1}""");
        }

        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return server.Rest.SendAsync(request);
    }
}
