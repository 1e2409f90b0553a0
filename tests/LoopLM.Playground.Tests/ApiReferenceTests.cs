using System.Text.Json;
using Microsoft.Playwright;

namespace LoopLM.Playground.Tests;

/// <summary>The reference of the API, in a browser.</summary>
public sealed class ApiReferenceTests(Chromium chromium)
{
    [Fact]
    public async Task Open_Docs_ListsEveryOperationAndAsksNobodyElse()
    {
        await using var server = await ServerHarness.StartAsync(
            settings: ["--Auth:Keys:0:Name=a", $"--Auth:Keys:0:Sha256={new string('0', 64)}"]);
        await using var session = await BrowserSession.StartAsync(chromium, server.Rest.BaseAddress!);
        var document = JsonElement.Parse(await server.Rest.GetStringAsync("/docs/openapi.json"));

        var page = await session.OpenAsync("/docs");

        foreach (var operation in document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()))
        {
            await page.GetByRole(AriaRole.Link, new() { Name = operation.Value.GetProperty("summary").GetString() }).First.WaitForAsync();
        }
    }

    [Theory]
    [InlineData("/docs/")]
    [InlineData("/docs/scalar.js")]
    [InlineData("/docs/scalar.aspnetcore.js")]
    [InlineData("/docs/favicon.svg")]
    public async Task Get_FilesOfTheDocs_AreHeldToTheirServer(string path)
    {
        await using var server = await ServerHarness.StartAsync();

        using var response = await server.Rest.GetAsync(path);

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.StartsWith("default-src 'none'; ", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip;q=0.0", "")]
    [InlineData("gzip;q=0.0, br;q=0", "")]
    [InlineData("gzip;q=0.5, br", "br")]
    public async Task Get_ScriptOfTheDocs_ComesAsTheRequestAccepts(string accepted, string encoding)
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/docs/scalar.js");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);

        using var response = await server.Rest.SendAsync(request);

        Assert.Equal(encoding, string.Join(',', response.Content.Headers.ContentEncoding));
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
        Assert.NotNull(response.Headers.ETag);
    }
}
