using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using LoopLM.Server.Hosting;
using Microsoft.Extensions.Configuration;

namespace LoopLM.Playground.Tests;

/// <summary>How pages and their files are served.</summary>
public sealed partial class PlaygroundEndpointsTests
{
    private const string Html = "text/html";

    [Fact]
    public async Task Get_Root_IsAPageForBrowsersAndADescriptionForOthers()
    {
        await using var server = await ServerHarness.StartAsync();

        using var page = await GetAsync(server, "/", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        using var description = await GetAsync(server, "/", "*/*");

        Assert.Equal(("text/html", "application/json"), (TypeOf(page), TypeOf(description)));
        Assert.Contains("Accept", page.Headers.Vary);
        Assert.Contains("Accept", description.Headers.Vary);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/live")]
    public async Task Get_Page_IsHeldToItsServerAndAskedForAnew(string path)
    {
        await using var server = await ServerHarness.StartAsync();

        using var page = await GetAsync(server, path, Html);

        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal(
            ("nosniff", "no-referrer", "same-origin", "no-cache"),
            (Header(page, "X-Content-Type-Options"), Header(page, "Referrer-Policy"), Header(page, "Cross-Origin-Opener-Policy"),
                $"{page.Headers.CacheControl}"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/live")]
    public async Task Get_FilesOfAPage_AreKeptForEver(string path)
    {
        await using var server = await ServerHarness.StartAsync();
        using var page = await GetAsync(server, path, Html);

        var files = File().Matches(await page.Content.ReadAsStringAsync()).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            using var response = await server.Rest.GetAsync($"/{file}");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("public, max-age=31536000, immutable", $"{response.Headers.CacheControl}");
            Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        }
    }

    [Theory]
    [InlineData("br", "br")]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("BR;q=0.5", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip, br;q=0", "gzip")]
    [InlineData("deflate", "")]
    [InlineData("*", "")]
    [InlineData("", "")]
    public async Task Get_AcceptEncoding_ChoosesTheFormAndAllAreTheSame(string accepted, string encoding)
    {
        await using var server = await ServerHarness.StartAsync();
        using var plain = await GetAsync(server, "/live", Html);

        using var response = await GetAsync(server, "/live", Html, ("Accept-Encoding", accepted));

        Assert.Equal(encoding, string.Join(", ", response.Content.Headers.ContentEncoding));
        Assert.Equal(response.Content.Headers.ContentLength, (await response.Content.ReadAsByteArrayAsync()).Length);
        Assert.Equal(await plain.Content.ReadAsStringAsync(), await DecodeAsync(response, encoding));
        Assert.Equal(encoding.Length == 0, response.Headers.ETag!.Equals(plain.Headers.ETag));
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.NotModified)]
    [InlineData(true, HttpStatusCode.OK)]
    public async Task Get_PageThatTheBrowserHas_IsNotSentAgain(bool changed, HttpStatusCode status)
    {
        await using var server = await ServerHarness.StartAsync();
        using var first = await GetAsync(server, "/", Html, ("Accept-Encoding", "br"));

        using var second = await GetAsync(
            server, "/", Html, ("Accept-Encoding", changed ? "gzip" : "br"), ("If-None-Match", $"{first.Headers.ETag}"));

        Assert.False(first.Headers.ETag!.IsWeak);
        Assert.Equal((status, changed), (second.StatusCode, (await second.Content.ReadAsByteArrayAsync()).Length > 0));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/live")]
    public async Task Head_Page_HasTheHeadersOfGet(string path)
    {
        await using var server = await ServerHarness.StartAsync();
        using var get = await GetAsync(server, path, Html);
        using var request = new HttpRequestMessage(HttpMethod.Head, path) { Headers = { { "Accept", Html } } };

        using var head = await server.Rest.SendAsync(request);

        Assert.Equal((get.Content.Headers.ContentLength, get.Headers.ETag), (head.Content.Headers.ContentLength, head.Headers.ETag));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/assets")]
    [InlineData("/assets/")]
    [InlineData("/assets/{hash}")]
    [InlineData("/assets/{hash}/")]
    [InlineData("/assets/{hash}/index.html")]
    [InlineData("/assets/{hash}/../../appsettings.json")]
    [InlineData("/assets/{hash}/..%2f..%2fappsettings.json")]
    [InlineData("/assets/0000000000000000/app.js")]
    [InlineData("/index.html")]
    public async Task Get_NoFileOfThePlayground_LeadsNowhere(string path)
    {
        await using var server = await ServerHarness.StartAsync();
        var address = server.Rest.BaseAddress + path[1..].Replace("{hash}", AssetFolder.Embedded.Hash, StringComparison.Ordinal);
        var asWritten = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, asWritten));

        using var response = await server.Rest.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Get_PagesWhereKeysAreSet_AreOpenAndTheApiIsNot()
    {
        await using var server = await ServerHarness.StartAsync(
            settings: ["--Auth:Keys:0:Name=a", $"--Auth:Keys:0:Sha256={new string('0', 64)}"]);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, "/", Html)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, "/live", Html)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(server, "/", "*/*")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(server, "/v1/models", Html)).StatusCode);
    }

    [Theory]
    [InlineData("/", HttpStatusCode.OK, "application/json")]
    [InlineData("/live", HttpStatusCode.NotFound, "application/json")]
    [InlineData("/docs", HttpStatusCode.NotFound, "application/json")]
    public async Task Get_PlaygroundSwitchedOff_AnswersNoPage(string path, HttpStatusCode status, string type)
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Playground:Enabled=false");

        using var response = await GetAsync(server, path, Html);

        Assert.Equal((status, type), (response.StatusCode, TypeOf(response)));
    }

    [Theory]
    [InlineData("http://localhost:8080", "Http1", "http://localhost:8080/")]
    [InlineData("http://[::]:8080", "Http1", "http://localhost:8080/")]
    [InlineData("http://0.0.0.0:80", null, "http://localhost:80/")]
    [InlineData("https://[::1]:8443", "Http1AndHttp2", "https://[::1]:8443/")]
    [InlineData("http://localhost:8080", "Http2", null)]
    public void Find_AddressesOfEndpoints_GivesTheOneThatBrowsersOpen(string address, string? protocols, string? expected)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Kestrel:Endpoints:Grpc:Protocols", "Http2"),
            new("Kestrel:Endpoints:Rest:Protocols", protocols),
            new("Kestrel:Endpoints:Rest:Url", address),
        ]).Build();

        Assert.Equal(expected, PlaygroundAddress.Find(["http://localhost:8081", address], configuration));
    }

    private static async Task<HttpResponseMessage> GetAsync(
        ServerHarness server, string path, string accept, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", accept } } };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await server.Rest.SendAsync(request);
    }

    private static string? TypeOf(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType;

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    private static async Task<string> DecodeAsync(HttpResponseMessage response, string encoding)
    {
        var content = await response.Content.ReadAsStreamAsync();
        await using var decoded = encoding switch
        {
            "br" => new BrotliStream(content, CompressionMode.Decompress),
            "gzip" => new GZipStream(content, CompressionMode.Decompress),
            _ => content,
        };
        using var reader = new StreamReader(decoded, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    [GeneratedRegex("\"(assets/[0-9a-f]{16}/[^\"]+)\"")]
    private static partial Regex File();
}
