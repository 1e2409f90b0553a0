namespace LoopLM.Playground.Tests;

/// <summary>The pages as a browser meets them.</summary>
public sealed class PageTests(Chromium chromium)
{
    [Theory]
    [InlineData("/", "LoopLM playground")]
    [InlineData("/live", "LoopLM live")]
    public async Task Open_Page_IsAccessibleAndAsksNobodyElse(string path, string title)
    {
        await using var server = await ServerHarness.StartAsync();
        await using var session = await BrowserSession.StartAsync(chromium, server.Rest.BaseAddress!);

        var page = await session.OpenAsync(path);

        Assert.Equal(title, await page.TitleAsync());
        await BrowserSession.AssertAccessibleAsync(page);
    }

    [Fact]
    public async Task Open_PageWithInlineScript_IsKeptFromRunningIt()
    {
        await using var server = await ServerHarness.StartAsync();
        await using var session = await BrowserSession.StartAsync(chromium, server.Rest.BaseAddress!);
        session.Expect("Content Security Policy");
        var page = await session.OpenAsync("/");

        await page.EvaluateAsync("""
            () => {
                const script = document.createElement('script');
                script.textContent = 'document.title = "run"';
                document.body.append(script);
            }
            """);

        Assert.Equal("LoopLM playground", await page.TitleAsync());
    }
}
