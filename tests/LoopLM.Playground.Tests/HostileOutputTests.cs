using static Microsoft.Playwright.Assertions;

namespace LoopLM.Playground.Tests;

/// <summary>Output that would do harm or hide where it became more than text.</summary>
public sealed class HostileOutputTests(Chromium chromium)
{
    [Theory]
    [InlineData("<img src=x onerror=\"document.title='harmed'\">")]
    [InlineData("<script>document.title='harmed'</script>")]
    [InlineData("</span></div><svg onload=document.title='harmed'>")]
    public async Task Run_Markup_IsShownAsText(string text)
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium, text)).ReadyAsync();

        await page.RunAsync("abc");

        Assert.Equal(text, await page.TextAsync());
        Assert.Equal("LoopLM playground", await page.Page.TitleAsync());
        await Expect(page.Page.Locator(".stage :is(img, script, svg:not(.histogram))")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Run_MarkupInOneToken_IsShownAsTextEverywhere()
    {
        const string markup = "<img src=x onerror=document.title='harmed'>";
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        var token = $$"""{"token": "{{markup}}", "id": 1, "logprob": -0.1}""";
        var choice = $$"""
            {"index": 0, "text": "{{markup}}", "logprobs": {"tokens": ["{{markup}}"], "token_logprobs": [-0.1]}, "exit_steps": [1], "token_ids": [1], "loop_logprobs": [[[{{token}}], [{{token}}]]]}
            """;
        await page.Page.RouteAsync("**/v1/completions", route => route.FulfillAsync(
            new() { ContentType = "text/event-stream", Body = $"data: {{\"choices\": [{choice.Trim()}]}}\n\ndata: [DONE]\n\n" }));

        await page.RunAsync("abc");
        await page.Tokens.First.ClickAsync();

        await Expect(page.Tokens.First).ToHaveTextAsync(markup);
        await Expect(page.Inspector.Locator("td").First).ToContainTextAsync("onerror");
        await Expect(page.Panel.Locator(".grid td.left")).ToContainTextAsync("onerror");
        await Expect(page.Page.Locator("main img")).ToHaveCountAsync(0);
        Assert.Equal("LoopLM playground", await page.Page.TitleAsync());
    }

    [Fact]
    public async Task Say_Markup_IsShownAsTextInTheConversationAndItsTitle()
    {
        const string text = "<img src=x onerror=\"document.title='harmed'\">";
        await using var page = await (await PlaygroundPage.StartAsync(chromium, text)).ReadyAsync();
        await page.ShowAsync("Chat");

        await page.SayAsync(text);
        await page.Page.ReloadAsync();
        await page.ShowAsync("Chat");

        await Expect(page.Panel.Locator(".message.user .plain")).ToHaveTextAsync(text);
        await Expect(page.Panel.GetByLabel("Conversation", new() { Exact = true }).Locator("option")).ToHaveTextAsync(text);
        Assert.Equal(text, await page.TextAsync());
        Assert.Equal("LoopLM playground", await page.Page.TitleAsync());
    }

    [Fact]
    public async Task Run_ThousandsOfTokens_ShowsThemAllAndStaysUsable()
    {
        var text = string.Concat(Enumerable.Repeat("word after word\n", 313))[..5000];
        await using var page = await (await PlaygroundPage.StartAsync(
            chromium, text, contextLength: 5100, settings: "--Engine:KvSlots=32768")).ReadyAsync();
        await page.SetAsync("Most tokens", "5000");
        await page.ChooseAsync("Look into", "ran");

        await page.RunAsync("abc");

        await Expect(page.Tokens).ToHaveCountAsync(5000);
        await Expect(page.Stat("tokens")).ToHaveTextAsync("5000");
        await page.Tokens.First.FocusAsync();
        await page.Page.Keyboard.PressAsync("End");
        await Expect(page.Tokens.Last).ToBeFocusedAsync();
        await Expect(page.Tokens.Last).ToBeInViewportAsync();
    }

    [Fact]
    public async Task Run_MarksOfDirection_AreShownAndDoNotAct()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium, "a\u202ebc\u2066d")).ReadyAsync();

        await page.RunAsync("abc");

        Assert.Equal("a\u27e6RLO\u27e7bc\u27e6LRI\u27e7d", await PartlessTextAsync(page));
    }

    [Fact]
    public async Task Run_RightToLeftText_StandsFromTheRight()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium, "\u05e9\u05dc\u05d5\u05dd 12")).ReadyAsync();

        await page.RunAsync("abc");
        await page.Tokens.Nth(3).FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowLeft");

        Assert.Equal("rtl", await page.Panel.Locator(".line").First.EvaluateAsync<string>("line => getComputedStyle(line).direction"));
        await Expect(page.Tokens.Nth(4)).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Run_CharacterOfSeveralTokens_ShowsTheirBytesAndThenTheCharacter()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium, "\ud83d\ude00!")).ReadyAsync();

        await page.RunAsync("abc");

        Assert.Equal(["f0", "9f", "98", "\ud83d\ude00", "!"], (await page.Tokens.AllTextContentsAsync()).Take(5));
        await Expect(page.Tokens.First).ToHaveClassAsync("token e4 part");
    }

    [Fact]
    public async Task Run_ControlCharacters_HaveSigns()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium, "a\u0000\u001b[31m\u007f\u0085z")).ReadyAsync();

        await page.RunAsync("abc");

        Assert.Equal("a\u2400\u241b[31m\u2421\u27e6U+0085\u27e7z", await PartlessTextAsync(page));
    }

    [Fact]
    public async Task ShowWhiteSpace_Chosen_GivesItSigns()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium, "a b\tc\nd")).ReadyAsync();
        await page.RunAsync("abc");

        await page.Page.GetByLabel("White space").CheckAsync();

        Assert.Equal("a\u00b7b\u21e5c\u21b5\nd", await page.TextAsync());
        await page.Page.GetByLabel("White space").UncheckAsync();
        Assert.Equal("a b\tc\u21b5\nd", await page.TextAsync());
    }

    private static async Task<string> PartlessTextAsync(PlaygroundPage page) =>
        string.Concat(await page.Tokens.And(page.Page.Locator(":not(.mark, .part)")).AllTextContentsAsync());
}
