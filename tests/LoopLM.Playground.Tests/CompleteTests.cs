using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoopLM.Playground.Tests;

/// <summary>Completing a raw prompt, and looking into its tokens.</summary>
public sealed class CompleteTests(Chromium chromium)
{
    [Fact]
    public async Task Run_Prompt_ShowsTokensByTheLoopThatTheyLeftAt()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.SetAsync("Exit threshold", "0.6");

        await page.RunAsync("abc");

        Assert.Equal("hello", await page.TextAsync());
        await Expect(page.Tokens.Nth(0)).ToHaveClassAsync("token e4");
        await Expect(page.Tokens.Nth(1)).ToHaveClassAsync("token e2");
        await Expect(page.Tokens.Nth(1)).ToHaveAttributeAsync("aria-label", "e, loop 2");
        await Expect(page.Tokens.Last).ToHaveClassAsync("token e2 mark");
    }

    [Fact]
    public async Task Run_Prompt_ShowsWhatItCost()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.SetAsync("Exit threshold", "0.6");

        await page.RunAsync("abc");

        // One token of four loops, five of two: 14 of 24.
        await Expect(page.Stat("mean")).ToHaveTextAsync("2.33 of 4");
        await Expect(page.Stat("saved")).ToHaveTextAsync("42 %");
        await Expect(page.Stat("tokens")).ToHaveTextAsync("6");
        await Expect(page.Stat("first")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^[0-9.]+ m?s$"));
        await Expect(
            page.Panel.GetByRole(
                AriaRole.Img, new() { Name = "Tokens by the loop that they left at: loop 1: 0, loop 2: 5, loop 3: 0, loop 4: 1" }))
            .ToBeVisibleAsync();
    }

    [Fact]
    public async Task Hover_Token_ShowsItsGateAndEveryLoop()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.SetAsync("Exit threshold", "0.6");
        await page.RunAsync("abc");

        await page.Tokens.Nth(1).HoverAsync();

        await Expect(page.Inspector.Locator("h2")).ToHaveTextAsync("e");
        await Expect(page.Inspector.Locator(".verdict")).ToContainTextAsync("Loop 2");
        await Expect(page.Inspector.GetByRole(AriaRole.Img)).ToHaveAttributeAsync(
            "aria-label", "Gate probabilities. loop 1: gate 0.50, left 0.50; loop 2: gate 0.50, left 0.75");
        await Expect(page.Inspector.Locator("tbody tr")).ToHaveCountAsync(4);
        await Expect(page.Inspector.Locator("tbody tr.skipped")).ToHaveCountAsync(2);
        await Expect(page.Inspector.Locator("tbody tr").First.Locator("td")).ToHaveCountAsync(5);
        await Expect(page.Inspector.Locator(".facts")).ToContainTextAsync("number 2, id 101");
    }

    [Fact]
    public async Task Look_TokenThatLoopsDisagreeAbout_SaysWhereTheModelChangedItsMind()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        page.Server.Runner.SpellsByLoop = true;

        await page.RunAsync("abc");

        await Expect(page.Inspector.Locator(".mind")).ToHaveTextAsync("It changed its mind: f at loop 1 \u2192 e at loop 4.");
        await Expect(page.Panel.Locator(".grid tbody tr").First.Locator("td").First).ToHaveTextAsync("i");
        await Expect(page.Panel.Locator(".grid td.left").First).ToHaveTextAsync("h");
    }

    [Fact]
    public async Task Keys_OnTokens_MoveTheFocusPickAndLetGo()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.RunAsync("abc");
        await page.Tokens.First.FocusAsync();

        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(page.Tokens.Nth(2)).ToBeFocusedAsync();
        await Expect(page.Tokens.Nth(2)).ToHaveAttributeAsync("aria-selected", "true");
        await Expect(page.Tokens.And(page.Page.Locator("[tabindex='0']"))).ToHaveCountAsync(1);
        await page.Page.Keyboard.PressAsync("End");
        await Expect(page.Tokens.Last).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Home");
        await Expect(page.Tokens.First).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Page.Locator("[aria-selected=true].token")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Keys_UpAndDown_MoveByLines()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium, "ab\ncd\nef")).ReadyAsync();
        await page.RunAsync("abc");
        await page.Tokens.Nth(1).FocusAsync();

        await page.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.Tokens.Nth(4)).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("ArrowUp");
        await Expect(page.Tokens.Nth(1)).ToBeFocusedAsync();
    }

    [Fact]
    public async Task RunAgain_OtherThreshold_KeepsTheSeedAndSaysWhatChanged()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        page.Server.Runner.SpellsByLoop = true;
        await page.RunAsync("abc");

        await page.Page.GetByLabel("Exit threshold").Last.FillAsync("0.6");
        await page.Button("Run again").ClickAsync();

        await Expect(page.Panel.Locator(".change .note"))
            .ToHaveTextAsync("It differs from token 2 on: \u201ce\u201d before, \u201cf\u201d now. Loops: 24 before, 14 now.");
        Assert.Equal("hfmmp", await page.TextAsync());
        var seeds = await SeedsAsync(page);
        Assert.Single(seeds.Distinct());
    }

    [Fact]
    public async Task PutBothSideBySide_AfterRunAgain_ComparesTheTwoDepths()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        page.Server.Runner.SpellsByLoop = true;
        await page.RunAsync("abc");
        await page.Page.GetByLabel("Exit threshold").Last.FillAsync("0.6");
        await page.Button("Run again").ClickAsync();

        await page.Button("Put both side by side").ClickAsync();

        await Expect(page.Panel.Locator("article")).ToHaveCountAsync(2);
        await Expect(page.Panel.Locator("article").Nth(1).Locator("h2").First).ToHaveTextAsync("q-exit at 0.6");
        await Expect(page.Panel.Locator("article").Nth(1).Locator(".diverges")).ToHaveTextAsync("f");
    }

    [Fact]
    public async Task Stop_WhileTokensCome_KeepsThoseThatCame()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        using var hold = new Hold(page.Server.Runner, position: 5);
        await page.StartRunAsync("abc");
        await Expect(page.Tokens).ToHaveCountAsync(3);

        await page.Button("Stop").ClickAsync();

        await Expect(page.Panel.Locator(".outcome")).ToHaveTextAsync("Stopped after 3 tokens.");
        await Expect(page.Button("Run")).ToBeVisibleAsync();
        hold.LetGo();
    }

    [Fact]
    public async Task Run_JsonSchema_HoldsTheOutputToIt()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.SetAsync("JSON schema", """{"const": {"a": 1}}""");

        await page.RunAsync("abc");

        Assert.Equal("""{"a":1}""", (await page.TextAsync()).Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("JSON schema", "{", "JSON schema: ")]
    [InlineData("Temperature", "3", "Temperature: ")]
    public async Task Run_SettingThatCannotBeUsed_SaysSoAndSendsNothing(string label, string value, string problem)
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.SetAsync(label, value);

        await page.StartRunAsync("abc");

        await Expect(page.Page.Locator("#settings-problem")).ToContainTextAsync(problem);
        await Expect(page.Tokens).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("fixed", "", "", "e3", "3")]
    [InlineData("q-exit", "0.4", "", "e1", "")]
    [InlineData("q-exit", "0.4", "2", "e2", "")]
    public async Task Run_ExitPolicy_DecidesTheDepth(string policy, string threshold, string minLoops, string depth, string maxLoops)
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.ChooseAsync("Exit policy", policy);
        await page.SetAsync("Min loops", minLoops);
        await page.SetAsync("Max loops", maxLoops);
        if (threshold.Length > 0)
        {
            await page.SetAsync("Exit threshold", threshold);
        }

        await page.RunAsync("abc");

        await Expect(page.Tokens.Nth(1)).ToHaveClassAsync($"token {depth}");
    }

    [Fact]
    public async Task Run_TraceAndNothingLookedInto_ShowsDepthAlone()
    {
        await using var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.ChooseAsync("Exit policy", "trace");
        await page.SetAsync("Exit steps", "4, 1, 2");
        await page.SetAsync("Most tokens", "3");
        await page.ChooseAsync("Look into", "none");

        await page.RunAsync("abc");

        Assert.Equal(
            ["token e4", "token e1", "token e2"], await page.Tokens.EvaluateAllAsync<string[]>("all => all.map(each => each.className)"));
        await Expect(page.Inspector).ToHaveClassAsync("inspector empty");
    }

    private static async Task<List<string>> SeedsAsync(PlaygroundPage page)
    {
        await page.Page.GetByText("Copy this request").ClickAsync();
        var seeds = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var request = page.Page.GetByRole(AriaRole.Region, new() { Name = "The request" });
            await Expect(request).ToContainTextAsync("\"seed\":");
            seeds.Add(System.Text.RegularExpressions.Regex.Match((await request.TextContentAsync())!, "\"seed\":\\d+").Value);
            await page.Button("Run again").ClickAsync();
            await page.UntilDoneAsync();
        }

        return seeds;
    }
}
