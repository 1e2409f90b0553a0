using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoopLM.Playground.Tests;

/// <summary>The states of the playground for people who do not see colours, do not use a mouse, or have a small screen.</summary>
public sealed class AccessibilityTests(Chromium chromium)
{
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Show_EveryState_HasNoViolation(ColorScheme theme)
    {
        await using var page = await (await PlaygroundPage.StartAsync(
            chromium, "hi \ud83d\ude00", options: new() { ColorScheme = theme, ReducedMotion = ReducedMotion.Reduce })).ReadyAsync();
        page.Server.Runner.SpellsByLoop = true;
        await page.SetAsync("Exit threshold", "0.6");
        await page.RunAsync("abc");
        await page.Page.GetByText("Copy this request").ClickAsync();
        await page.Page.GetByText("Raw events").ClickAsync();
        await page.Tokens.Nth(1).ClickAsync();
        await BrowserSession.AssertAccessibleAsync(page.Page);

        await page.ShowAsync("Compare");
        await page.Button("Compare").ClickAsync();
        await Expect(page.Panel.Locator("article").First).ToBeVisibleAsync();
        await BrowserSession.AssertAccessibleAsync(page.Page);

        await page.ShowAsync("Chat");
        await page.SayAsync("hi");
        await page.Button("Regenerate").ClickAsync();
        await Expect(page.Panel.Locator(".siblings")).ToBeVisibleAsync();
        await page.UntilDoneAsync();
        await page.Panel.GetByText("System prompt").ClickAsync();
        await BrowserSession.AssertAccessibleAsync(page.Page);

        await page.Page.Locator("#key-button").ClickAsync();
        await BrowserSession.AssertAccessibleAsync(page.Page);
    }

    [Fact]
    public async Task Show_Notice_HasNoViolation()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium, contextLength: 8)).ReadyAsync();
        page.Session.Expect("Failed to load resource");

        await page.StartRunAsync("a prompt that does not fit");

        await Expect(page.Notice).ToBeVisibleAsync();
        await BrowserSession.AssertAccessibleAsync(page.Page);
    }

    [Fact]
    public async Task Keys_FromThePromptToAToken_NeedNoMouse()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.Panel.GetByLabel("Prompt", new() { Exact = true }).FocusAsync();
        await page.Page.Keyboard.TypeAsync("abc");
        await page.Page.Keyboard.PressAsync("Control+Enter");
        await page.UntilDoneAsync();

        await page.Page.Keyboard.PressAsync("Tab");
        await page.Page.Keyboard.PressAsync("Tab");
        await Expect(page.Tokens.First).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("ArrowRight");

        await Expect(page.Inspector.Locator("h2")).ToHaveTextAsync("e");
    }

    [Fact]
    public async Task Keys_OnTabs_ShowTheNext()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.Page.GetByRole(AriaRole.Tab, new() { Name = "Complete" }).FocusAsync();

        await page.Page.Keyboard.PressAsync("ArrowRight");

        await Expect(page.Page.GetByRole(AriaRole.Tab, new() { Name = "Chat" })).ToBeFocusedAsync();
        await Expect(page.Panel).ToHaveAttributeAsync("id", "panel-chat");
    }

    [Fact]
    public async Task Show_PhoneWidth_FitsAndOpensTheTokenOverThePage()
    {
        await using var page = await (await PlaygroundPage.StartAsync(
            chromium, "hello to everyone",
            options: new() { ViewportSize = new() { Width = 360, Height = 740 }, HasTouch = true })).ReadyAsync();

        await page.RunAsync("abc");
        await Expect(page.Inspector).ToBeHiddenAsync();
        await page.Tokens.Nth(2).TapAsync();

        await Expect(page.Inspector.Locator("h2")).ToHaveTextAsync("l");
        await Expect(page.Inspector).ToBeInViewportAsync();
        await page.Inspector.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(page.Inspector).ToBeHiddenAsync();
        foreach (var tab in (string[])["Chat", "Compare", "Complete"])
        {
            await page.ShowAsync(tab);
            Assert.Equal(360, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        }
    }

    [Fact]
    public async Task Theme_Chosen_IsRemembered()
    {
        await using var page = await (await PlaygroundPage.StartAsync(
            chromium, options: new() { ColorScheme = ColorScheme.Light })).ReadyAsync();
        var light = await BackgroundAsync(page.Page);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Theme: auto" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Theme: light" }).ClickAsync();
        await page.Page.ReloadAsync();

        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Theme: dark" })).ToBeVisibleAsync();
        Assert.NotEqual(light, await BackgroundAsync(page.Page));
    }

    private static Task<string> BackgroundAsync(IPage page) =>
        page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
}
