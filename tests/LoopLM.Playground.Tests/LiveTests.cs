using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoopLM.Playground.Tests;

/// <summary>The page of what an engine does now.</summary>
public sealed partial class LiveTests(Chromium chromium)
{
    [Fact]
    public async Task Open_EngineAtWork_ShowsRowsSlotsAndExits()
    {
        await using var page = await PlaygroundPage.StartAsync(chromium);
        using var hold = new Hold(page.Server.Runner, position: 5);
        var request = page.Server.PostAsync("""{"prompt":"abc","max_tokens":5,"exit_threshold":0.6}""");
        hold.WaitUntilHeld();

        var live = await page.Session.OpenAsync("/live");

        await Expect(live.Locator("#health")).ToHaveTextAsync("ready");
        await Expect(live.Locator("[data-stat=running]")).ToHaveTextAsync("1");
        hold.LetGo();
        using var response = await request;
        await Expect(live.Locator("[data-stat=running]")).ToHaveTextAsync("0");
        await Expect(live.Locator("#steps tr").Nth(1)).ToHaveTextAsync("Loop 24");
        await Expect(live.Locator("#reasons tr").Nth(0)).ToHaveTextAsync("exit policy4");
        await Expect(live.Locator("#reasons tr").Nth(2)).ToHaveTextAsync("first token1");
        await Expect(live.Locator("#rows")).ToHaveAttributeAsync("aria-label", RowsByLoop());
        await BrowserSession.AssertAccessibleAsync(live);
    }

    [Fact]
    public async Task Pause_Pressed_ReadsNoMoreUntilItGoesOn()
    {
        await using var page = await PlaygroundPage.StartAsync(chromium);
        var live = await page.Session.OpenAsync("/live");
        await Expect(live.Locator("#health")).ToHaveTextAsync("ready");

        await live.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await page.Server.CompleteAsync("""{"prompt":"abc","max_tokens":5}""");
        await Expect(live.Locator("#reasons tr").Nth(2)).ToHaveTextAsync("first token0");
        await live.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();

        await Expect(live.Locator("#reasons tr").Nth(2)).ToHaveTextAsync("first token1");
    }

    [Fact]
    public async Task Choose_Model_ShowsItsEngine()
    {
        await using var page = await PlaygroundPage.StartAsync(chromium, settings: ServerHarness.SeveralModels("one", "two"));
        await page.Server.CompleteAsync("""{"model":"two","prompt":"abc","max_tokens":2}""");
        var live = await page.Session.OpenAsync("/live");
        await Expect(live.Locator("#reasons tr").Nth(2)).ToHaveTextAsync("first token0");

        await live.Locator("#model").SelectOptionAsync("two");

        await Expect(live.Locator("#reasons tr").Nth(2)).ToHaveTextAsync("first token1");
    }

    [Fact]
    public async Task Open_ServerIsStopped_SaysSo()
    {
        using var server = await ServerProcess.StartAsync();
        await server.UntilReadyAsync();
        await using var session = await BrowserSession.StartAsync(chromium, server.Rest.BaseAddress!);
        session.Expect("net::ERR_");
        var live = await session.OpenAsync("/live");
        await Expect(live.Locator("#health")).ToHaveTextAsync("ready");

        server.Send("KILL");

        await Expect(live.Locator("#health")).ToHaveTextAsync("not connected");
        await Expect(live.Locator("#notice")).ToContainTextAsync("No connection");
    }

    [GeneratedRegex("^Rows by loop since the last snapshot: loop 1: \\d+, loop 2: \\d+, loop 3: \\d+, loop 4: \\d+$")]
    private static partial Regex RowsByLoop();
}
