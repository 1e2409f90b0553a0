using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoopLM.Playground.Tests;

/// <summary>What the page says when something goes wrong.</summary>
public sealed partial class FailureTests(Chromium chromium)
{
    // Chromium writes it to the console of every answer with an error.
    private const string Refused = "Failed to load resource";

    [Fact]
    public async Task Open_ServerAsksForAKey_TakesItAndKeepsItInTheTab()
    {
        const string key = "sk-a-secret";
        await using var page = await PlaygroundPage.StartAsync(
            chromium, settings: ["--Auth:Keys:0:Name=a",
                $"--Auth:Keys:0:Sha256={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}"]);
        page.Session.Expect(Refused);
        await Expect(page.Notice).ToContainTextAsync("This server requires an API key");

        await page.Notice.GetByRole(AriaRole.Button, new() { Name = "Enter the key" }).ClickAsync();
        await page.Page.GetByLabel("Key", new() { Exact = true }).FillAsync(key);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Use it" }).ClickAsync();
        await page.ReadyAsync();
        await page.RunAsync("abc");

        Assert.Equal("hello", await page.TextAsync());
        await Expect(page.Notice).ToBeHiddenAsync();
        Assert.DoesNotContain(key, page.Page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain(key, await page.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(key, await page.Page.EvaluateAsync<string>("JSON.stringify(localStorage)"), StringComparison.Ordinal);
        Assert.Contains(key, await page.Page.EvaluateAsync<string>("JSON.stringify(sessionStorage)"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WrongKey_IsRefusedAndCanBeForgotten()
    {
        await using var page = await PlaygroundPage.StartAsync(
            chromium, settings: ["--Auth:Keys:0:Name=a", $"--Auth:Keys:0:Sha256={new string('0', 64)}"]);
        page.Session.Expect(Refused);
        await Expect(page.Notice).ToContainTextAsync("This server requires an API key");
        await page.Page.Locator("#key-button").ClickAsync();
        await page.Page.GetByLabel("Key", new() { Exact = true }).FillAsync("wrong");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Use it" }).ClickAsync();

        await Expect(page.Notice).ToContainTextAsync("This server requires an API key");
        await page.Page.Locator("#key-button").ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Forget it" }).ClickAsync();

        await Expect(page.Page.Locator("#key-button")).ToHaveTextAsync("API key");
        Assert.Equal("{}", await page.Page.EvaluateAsync<string>("JSON.stringify(sessionStorage)"));
    }

    [Fact]
    public async Task Run_RateLimit_SaysWhenToTryAgain()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium, settings: "--RateLimits:RequestsPerMinute=2")).ReadyAsync();
        page.Session.Expect(Refused);
        await page.RunAsync("abc");
        await page.Page.Clock.InstallAsync();

        await page.StartRunAsync("abc");

        await Expect(page.Notice).ToContainTextAsync("You have reached your limit");
        var again = page.Notice.GetByRole(AriaRole.Button, new() { NameRegex = TryAgain() });
        await Expect(again).ToBeDisabledAsync();
        await Expect(again).ToHaveTextAsync(TryAgainIn());
        await page.Page.Clock.RunForAsync(61_000);
        await Expect(again).ToBeEnabledAsync();
        await Expect(again).ToHaveTextAsync("Try again");
    }

    [Fact]
    public async Task Run_PromptTooLong_NamesTheField()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium, contextLength: 16)).ReadyAsync();
        page.Session.Expect(Refused);

        await page.StartRunAsync("a prompt that does not fit");

        await Expect(page.Notice).ToContainTextAsync("The server refused \u201cprompt\u201d");
        await Expect(page.Button("Run")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Run_ModelFailsOnTheWay_KeepsWhatCameAndCanTryAgain()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        page.Session.Expect("net::ERR_INCOMPLETE_CHUNKED_ENCODING");
        using var shown = new ManualResetEventSlim();
        page.Server.Runner.BeforeLoop = batch =>
        {
            if (batch.Rows[0].Position == 5)
            {
                shown.Wait(ServerHarness.Patience);
                throw new InvalidOperationException("broken");
            }
        };
        await page.StartRunAsync("abc");
        await Expect(page.Tokens).ToHaveCountAsync(3);

        shown.Set();

        await Expect(page.Notice).ToBeVisibleAsync();
        await Expect(page.Panel.Locator(".outcome")).ToHaveTextAsync("Broken off after 3 tokens. What came is kept.");
        await Expect(page.Tokens).ToHaveCountAsync(3);

        page.Server.Runner.BeforeLoop = null;
        await page.Notice.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await page.UntilDoneAsync();
        Assert.Equal("hello", await page.TextAsync());
        await Expect(page.Notice).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Run_StreamEndsTooEarly_SaysThatTheConnectionBroke()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.Page.RouteAsync("**/v1/completions", route => route.FulfillAsync(
            new() { ContentType = "text/event-stream", Body = "data: {\"choices\": [{\"text\": \"a\", \"exit_steps\": [1]}]}\n\n" }));

        await page.StartRunAsync("abc");

        await Expect(page.Notice).ToContainTextAsync("The connection broke");
        await Expect(page.Panel.Locator(".outcome")).ToHaveTextAsync("Broken off after 1 tokens. What came is kept.");
    }

    [Fact]
    public async Task Run_ServerIsKilledOnTheWay_SaysSoAndKeepsWhatCame()
    {
        using var server = await ServerProcess.StartAsync();
        await server.UntilReadyAsync();
        await using var session = await BrowserSession.StartAsync(
            chromium, server.Rest.BaseAddress!, new() { ViewportSize = PlaygroundPage.Wide });
        session.Expect("net::ERR_");
        var page = await session.OpenAsync("/");
        await Expect(page.Locator("#model")).ToHaveValueAsync("looplm-bytes");
        await page.GetByLabel("Most tokens").FillAsync("2000");
        await page.GetByLabel("Temperature").FillAsync("1");
        await page.Locator("#panel-complete textarea").FillAsync("Once");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        await Expect(page.Locator("#panel-complete .token").First).ToBeVisibleAsync();

        server.Send("KILL");

        await Expect(page.Locator("#notice")).ToContainTextAsync("The connection broke");
        await Expect(page.Locator("#panel-complete .outcome")).ToContainTextAsync("What came is kept.");
        await page.Locator("#notice").GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(page.Locator("#notice")).ToContainTextAsync("No connection");
    }

    [GeneratedRegex("^Try again")]
    private static partial Regex TryAgain();

    [GeneratedRegex("^Try again in \\d+ s$")]
    private static partial Regex TryAgainIn();
}
