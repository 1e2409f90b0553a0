using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoopLM.Playground.Tests;

/// <summary>Conversations.</summary>
public sealed class ChatTests(Chromium chromium)
{
    [Fact]
    public async Task Say_Message_ShowsTheAnswerByDepth()
    {
        await using var page = await ChatAsync();
        await page.SetAsync("Exit threshold", "0.6");

        await page.SayAsync("hi");

        await Expect(page.Panel.Locator(".message.user .plain")).ToHaveTextAsync("hi");
        Assert.Equal("hello", await page.TextAsync());
        await Expect(page.Tokens.Nth(1)).ToHaveClassAsync("token e2");
        await Expect(page.Stat("mean")).ToHaveTextAsync("2.33 of 4");
    }

    [Fact]
    public async Task Say_SystemPrompt_IsSentBeforeTheConversation()
    {
        await using var page = await ChatAsync();
        await page.Panel.GetByText("System prompt").ClickAsync();
        await page.Panel.GetByRole(AriaRole.Textbox, new() { Name = "System prompt" }).FillAsync("You are a fox.");

        await page.SayAsync("hi");

        await page.Page.GetByText("Copy this request").ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "The request" }))
            .ToContainTextAsync("""[{"role":"system","content":"You are a fox."},{"role":"user","content":"hi"}]""");
    }

    [Fact]
    public async Task Edit_Message_BeginsABranchAndKeepsTheOther()
    {
        await using var page = await ChatAsync();
        await page.SayAsync("first");
        page.Server.Runner.Text = "other"u8.ToArray();

        await page.Button("Edit").ClickAsync();
        await page.Panel.GetByLabel("Your message").FillAsync("second");
        await page.Panel.Locator(".edit").GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(page.Panel.Locator(".message.user .plain")).ToHaveTextAsync("second");
        await page.UntilDoneAsync();

        Assert.Equal("other", await page.TextAsync());
        await Expect(page.Panel.Locator(".siblings")).ToHaveTextAsync("\u20392 / 2\u203a");
        await page.Button("The version before").ClickAsync();
        await Expect(page.Panel.Locator(".message.user .plain")).ToHaveTextAsync("first");
        Assert.Equal("hello", await page.TextAsync());
    }

    [Fact]
    public async Task Edit_Cancelled_LeavesTheMessage()
    {
        await using var page = await ChatAsync();
        await page.SayAsync("first");

        await page.Button("Edit").ClickAsync();
        await page.Panel.GetByLabel("Your message").FillAsync("second");
        await page.Button("Cancel").ClickAsync();

        await Expect(page.Panel.Locator(".message.user .plain")).ToHaveTextAsync("first");
        await Expect(page.Panel.Locator(".siblings")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Regenerate_Answer_AddsAVersion()
    {
        await using var page = await ChatAsync();
        await page.SayAsync("hi");
        page.Server.Runner.Text = "other"u8.ToArray();

        await page.Button("Regenerate").ClickAsync();

        await Expect(page.Panel.Locator(".message.assistant .siblings")).ToHaveTextAsync("\u20392 / 2\u203a");
        await page.UntilDoneAsync();
        Assert.Equal("other", await page.TextAsync());
    }

    [Fact]
    public async Task SameSeedAgain_OtherThreshold_ChangesDepthAlone()
    {
        await using var page = await ChatAsync();
        await page.SayAsync("hi");
        await page.SetAsync("Exit threshold", "0.6");

        await page.Button("Same seed again").ClickAsync();

        await Expect(page.Panel.Locator(".message.assistant .siblings")).ToHaveTextAsync("\u20392 / 2\u203a");
        await page.UntilDoneAsync();
        await Expect(page.Tokens.Nth(1)).ToHaveClassAsync("token e2");
        var stored = await page.Page.EvaluateAsync<string>("Object.values(localStorage).find(each => each.includes('messages'))");
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(stored, "\"seed\":\\d+").Select(match => match.Value).Distinct());
    }

    [Fact]
    public async Task Branch_Answer_CopiesTheConversationUpToIt()
    {
        await using var page = await ChatAsync();
        await page.SayAsync("one");
        await page.SayAsync("two");

        await page.Panel.Locator(".message.assistant").First.GetByRole(AriaRole.Button, new() { Name = "Branch" }).ClickAsync();

        await Expect(page.Panel.Locator(".message")).ToHaveCountAsync(2);
        await Expect(page.Panel.GetByLabel("Conversation", new() { Exact = true }).Locator("option")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Stop_WhileTheAnswerComes_KeepsWhatCame()
    {
        await using var page = await ChatAsync();
        using var hold = await HoldAfterThreeTokensAsync(page);

        await page.Button("Stop").ClickAsync();

        await Expect(page.Panel.Locator(".outcome")).ToHaveTextAsync("Stopped after 3 tokens.");
        hold.LetGo();
        await page.Page.ReloadAsync();
        await page.ShowAsync("Chat");
        Assert.Equal("hel", await page.TextAsync());
    }

    [Fact]
    public async Task Reload_WhileTheAnswerComes_KeepsWhatCame()
    {
        await using var page = await ChatAsync();
        using var hold = await HoldAfterThreeTokensAsync(page);

        await page.Page.ReloadAsync();
        await page.ShowAsync("Chat");

        Assert.Equal("hel", await page.TextAsync());
        await Expect(page.Panel.Locator(".message.assistant")).ToContainTextAsync("Broken off after 3 tokens. What came is kept.");
        hold.LetGo();
        await page.Server.DrainAsync();
        await page.Button("Regenerate").ClickAsync();
        await page.UntilDoneAsync();
        Assert.Equal("hello", await page.TextAsync());
    }

    [Fact]
    public async Task Reload_Conversations_AreStillThere()
    {
        await using var page = await ChatAsync();
        await page.SayAsync("one");
        await page.Button("New").ClickAsync();
        await page.SayAsync("two");

        await page.Page.ReloadAsync();
        await page.ShowAsync("Chat");

        await Expect(page.Panel.Locator(".message.user .plain")).ToHaveTextAsync("two");
        await Expect(page.Tokens.First).ToHaveClassAsync("token e4");
        await page.Panel.GetByLabel("Conversation", new() { Exact = true }).SelectOptionAsync("one");
        await Expect(page.Panel.Locator(".message.user .plain")).ToHaveTextAsync("one");
        await page.Button("Delete").ClickAsync();
        await Expect(page.Panel.Locator(".message.user .plain")).ToHaveTextAsync("two");
        await Expect(page.Panel.GetByLabel("Conversation", new() { Exact = true }).Locator("option")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Import_Export_BringsTheConversationsBack()
    {
        await using var page = await ChatAsync();
        await page.SayAsync("hi");
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Button("Export").ClickAsync());
        await page.Button("Delete").ClickAsync();
        await Expect(page.Panel.Locator(".message")).ToHaveCountAsync(0);

        await page.Panel.Locator("input[type=file]").SetInputFilesAsync(await download.PathAsync());

        await Expect(page.Panel.GetByText("1 conversation was imported.")).ToBeVisibleAsync();
        await page.Panel.GetByLabel("Conversation", new() { Exact = true }).SelectOptionAsync("hi");
        Assert.Equal("hello", await page.TextAsync());
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("""{"format": "looplm-conversations", "conversations": [{"id": "../x"}]}""")]
    [InlineData(
        """{"format": "looplm-conversations", "conversations": [{"id": "x", "title": "", "system": "", "updated": 1, "messages": [{"id": "a", "role": "root", "content": ""}]}]}""")]
    public async Task Import_OtherFile_IsRefused(string content)
    {
        await using var page = await ChatAsync();

        await page.Panel.Locator("input[type=file]")
            .SetInputFilesAsync(
                new FilePayload { Name = "a.json", MimeType = "application/json", Buffer = System.Text.Encoding.UTF8.GetBytes(content) });

        await Expect(page.Panel.GetByText("This file holds no conversations of a LoopLM playground.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Say_InTwoTabs_LosesNeitherConversation()
    {
        await using var page = await ChatAsync();
        var first = page.Page;
        var second = await page.OpenTabAsync();
        await page.ShowAsync("Chat");

        await page.SayAsync("from the second");
        page.Use(first);
        await page.Button("New").ClickAsync();
        await page.SayAsync("from the first");

        page.Use(second);
        await Expect(page.Panel.GetByLabel("Conversation", new() { Exact = true }).Locator("option"))
            .ToHaveTextAsync(["from the first", "from the second"]);
        await Expect(page.Panel.Locator(".message.user .plain")).ToHaveTextAsync("from the second");
    }

    [Fact]
    public async Task Say_SameConversationInTwoTabs_ShowsInTheOtherAndKeepsBoth()
    {
        await using var page = await ChatAsync();
        await page.SayAsync("one");
        var first = page.Page;
        var second = await page.OpenTabAsync();
        await page.ShowAsync("Chat");

        await page.SayAsync("two");

        page.Use(first);
        await Expect(page.Panel.Locator(".message.user .plain")).ToHaveTextAsync(["one", "two"]);
        await page.SayAsync("three");
        page.Use(second);
        await Expect(page.Panel.Locator(".message.user .plain")).ToHaveTextAsync(["one", "two", "three"]);
    }

    [Fact]
    public async Task Say_SameConversationInTwoTabsAtOnce_KeepsBothAsBranches()
    {
        await using var page = await ChatAsync();
        await page.SayAsync("one");
        var first = page.Page;
        var second = await page.OpenTabAsync();
        await page.ShowAsync("Chat");
        using var hold = new Hold(page.Server.Runner);
        await first.EvaluateAsync(
            "() => { window.deaf = event => event.stopImmediatePropagation(); addEventListener('storage', deaf, true); }");

        await page.StartSayAsync("from the second");
        page.Use(first);
        await page.StartSayAsync("from the first");
        await first.EvaluateAsync("() => removeEventListener('storage', deaf, true)");
        hold.LetGo();
        await page.UntilDoneAsync();
        page.Use(second);
        await page.UntilDoneAsync();

        await second.ReloadAsync();
        await page.ShowAsync("Chat");
        await Expect(page.Panel.Locator(".siblings")).ToContainTextAsync("/ 2");
    }

    [Fact]
    public async Task Store_OverwrittenByAnotherTab_HasBothAgain()
    {
        await using var page = await ChatAsync();
        await page.SayAsync("one");
        var first = page.Page;
        await page.OpenTabAsync();

        // As a tab does that read the store before the answer was in it, and writes after.
        await page.Page.EvaluateAsync(
            """
            () => {
              const [key] = Object.keys(localStorage).filter(key => key.startsWith("looplm.conversation."));
              const stored = JSON.parse(localStorage.getItem(key));
              const other = { ...stored.messages[0], id: "other", content: "from the other" };
              localStorage.setItem(key, JSON.stringify({ ...stored, messages: [stored.messages[0], other], leaf: "other" }));
            }
            """);

        page.Use(first);
        await Expect(page.Panel.Locator(".siblings")).ToContainTextAsync("1 / 2");
        await Expect(page.Panel.Locator(".message.assistant")).ToHaveCountAsync(1);
        await first.ReloadAsync();
        await page.ShowAsync("Chat");
        await Expect(page.Panel.Locator(".message.assistant")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task TryAgain_AnswerThatDidNotCome_AnswersTheSameMessage()
    {
        await using var page = await ChatAsync();
        page.Session.Expect("Failed to load resource");
        page.Server.Runner.BeforeLoop = _ => throw new InvalidOperationException("broken");
        await page.StartSayAsync("hi");
        await Expect(page.Notice).ToBeVisibleAsync();
        await Expect(page.Panel.Locator(".message")).ToHaveCountAsync(1);

        page.Server.Runner.BeforeLoop = null;
        await page.Notice.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await Expect(page.Panel.Locator(".message")).ToHaveCountAsync(2);
        await page.UntilDoneAsync();
        Assert.Equal("hello", await page.TextAsync());
    }

    private static async Task<Hold> HoldAfterThreeTokensAsync(PlaygroundPage page)
    {
        // A first answer tells how long the prompt is.
        await page.SayAsync("hi");
        await page.Page.GetByText("Copy this request").ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "gRPC" }).ClickAsync();
        var sample = await page.Page.GetByRole(AriaRole.Region, new() { Name = "The request" }).TextContentAsync();
        var prompt = System.Text.RegularExpressions.Regex.Match(sample!, "\"ids\":\\[([^]]*)]").Groups[1].Value.Split(',').Length;
        var hold = new Hold(page.Server.Runner, position: prompt + 2);
        await page.Button("New").ClickAsync();
        await page.StartSayAsync("hi");
        await Expect(page.Tokens).ToHaveCountAsync(3);
        return hold;
    }

    private async Task<PlaygroundPage> ChatAsync()
    {
        var page = await (await PlaygroundPage.StartAsync(chromium)).ReadyAsync();
        await page.ShowAsync("Chat");
        return page;
    }
}
