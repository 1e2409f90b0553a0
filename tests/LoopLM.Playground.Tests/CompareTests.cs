using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoopLM.Playground.Tests;

/// <summary>One prompt at several depths.</summary>
public sealed class CompareTests(Chromium chromium)
{
    [Fact]
    public async Task Compare_TwoDepths_ShowsWhereTheyDivergeAndWhatEachCost()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        page.Server.Runner.SpellsByLoop = true;
        await page.ShowAsync("Compare");

        await CompareAsync(page);

        var articles = page.Panel.Locator("article");
        await Expect(articles).ToHaveCountAsync(2);
        await Expect(articles.Nth(0)).ToContainTextAsync("at most 1 loop");
        await Expect(articles.Nth(0).Locator("dd").First).ToHaveTextAsync("9");
        await Expect(articles.Nth(1).Locator("dd").First).ToHaveTextAsync("24 (+167 %)");
        await Expect(articles.Nth(1).Locator(".diverges")).ToHaveTextAsync("e");
        await Expect(articles.Nth(1)).ToContainTextAsync("It differs from token 2 on: \u201ce\u201d instead of \u201cf\u201d.");
    }

    [Fact]
    public async Task Compare_SameTokens_SaysSo()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.ShowAsync("Compare");

        await CompareAsync(page);

        await Expect(page.Panel.Locator("article").Nth(1)).ToContainTextAsync("The same tokens as the first.");
        await Expect(page.Panel.Locator(".diverges")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task AddAndRemove_Depth_ChangesWhatIsCompared()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.ShowAsync("Compare");

        await page.Button("+ Add a depth").ClickAsync();
        await page.Panel.GetByLabel("Max loops").Nth(2).FillAsync("2");
        await page.Button("Remove depth 1").ClickAsync();
        await CompareAsync(page);

        await Expect(page.Panel.Locator("article h2").Nth(0)).ToHaveTextAsync("q-exit at 0.3");
        await Expect(page.Panel.Locator("article").Nth(1)).ToContainTextAsync("q-exit at 0.3, at most 2 loops");
        await Expect(page.Panel.GetByRole(AriaRole.Button, new() { Name = "Remove depth" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Look_TokenOfAComparison_ShowsEveryLoop()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        page.Server.Runner.SpellsByLoop = true;
        await page.ShowAsync("Compare");
        await CompareAsync(page);

        await page.Panel.Locator("article").First.Locator(".token").Nth(1).ClickAsync();

        await Expect(page.Inspector.Locator("h2")).ToHaveTextAsync("f");
        await Expect(page.Inspector.Locator(".mind")).ToHaveTextAsync("It changed its mind: f at loop 1 \u2192 e at loop 4.");
    }

    private static async Task CompareAsync(PlaygroundPage page)
    {
        await page.Panel.GetByLabel("Prompt", new() { Exact = true }).FillAsync("abc");
        await page.Button("Compare").ClickAsync();
        await Expect(page.Panel.Locator("article").First).ToBeVisibleAsync();
    }
}
