using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoopLM.Playground.Tests;

/// <summary>The examples show what they say, with the bundled models.</summary>
public sealed class ExampleTests(Chromium chromium)
{
    [Fact]
    public async Task Choose_Example_ShowsWhatItSays()
    {
        SetDefaultExpectTimeout((float)ServerHarness.Patience.TotalMilliseconds);
        using var server = await BundledModels.StartAsync();
        await using var session = await BrowserSession.StartAsync(chromium, server.Rest.BaseAddress!);
        var page = await session.OpenAsync("/");
        await Expect(page.Locator("#examples button:not([disabled])")).ToHaveCountAsync(5);

        await ShowAsync(page, "A sum one loop gets wrong");
        await Expect(Text(page.Locator("article").Nth(0))).ToHaveTextAsync(["4", "Hal"]);
        await Expect(Text(page.Locator("article").Nth(1))).ToHaveTextAsync(["4", "6", "2"]);
        await Expect(Text(page.Locator("article").Nth(2))).ToHaveTextAsync(["4", "3", "2"]);
        await Expect(page.Locator("article").Nth(2).Locator(".token").Nth(1)).ToHaveClassAsync("token e3 diverges");

        await ShowAsync(page, "A question of three steps");
        await Expect(page.Locator("#inspector .mind")).ToContainTextAsync("Sue at loop 4.");

        await ShowAsync(page, "Arithmetic modulo 7");
        await Expect(page.Locator("#inspector .mind")).ToHaveTextAsync(
            "It changed its mind 2 times: 0 at loop 1 \u2192 6 at loop 2 \u2192 2 at loop 3.");

        await ShowAsync(page, "One prompt, three depths");
        await Expect(page.Locator("article")).ToHaveCountAsync(3);
        await Expect(page.Locator("article").Nth(1).Locator(".diverges")).ToHaveCountAsync(1);
        await Expect(page.Locator("article").Nth(2).Locator(".diverges")).ToHaveCountAsync(1);

        await ShowAsync(page, "A tale");
        await Expect(page.Locator("#panel-chat .run")).ToHaveAttributeAsync("aria-busy", "false");
        var depths = await page.Locator("#panel-chat .token")
            .EvaluateAllAsync<int[]>("all => all.map(each => Number(/e(\\d+)/.exec(each.className)[1]))");
        var texts = await page.Locator("#panel-chat .token").AllTextContentsAsync();
        var isFirst = texts.Select((_, i) => i > 0 && texts[i - 1].EndsWith('\n')).ToList();
        Assert.True(Mean(true) < 2.5, $"First words take {Mean(true)} loops.");
        Assert.True(Mean(false) > Mean(true) + 0.3, $"Other tokens take {Mean(false)} loops.");

        double Mean(bool first) => depths.Where((_, i) => i > 0 && isFirst[i] == first).Average();
    }

    private static async Task ShowAsync(IPage page, string example)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = example }).ClickAsync();
        await Expect(page.Locator("#caption")).ToContainTextAsync(example);
    }

    private static ILocator Text(ILocator article) => article.Locator(".token:not(.mark)");
}
