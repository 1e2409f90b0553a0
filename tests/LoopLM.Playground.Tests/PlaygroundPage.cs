using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoopLM.Playground.Tests;

/// <summary>A server that spells a given text, with its playground open in a browser.</summary>
internal sealed partial class PlaygroundPage : IAsyncDisposable
{
    private PlaygroundPage(ServerHarness server, BrowserSession session, IPage page) => (Server, Session, Page) = (server, session, page);

    /// <summary>A window that shows settings, answer and inspector side by side.</summary>
    public static ViewportSize Wide { get; } = new() { Width = 1440, Height = 900 };

    /// <summary>The server.</summary>
    public ServerHarness Server { get; }

    /// <summary>The browser session, whose pages share what the browser keeps.</summary>
    public BrowserSession Session { get; }

    /// <summary>The tab that is open.</summary>
    public IPage Page { get; private set; }

    /// <summary>The tokens of the panel that is shown.</summary>
    public ILocator Tokens => Panel.Locator(".token");

    /// <summary>The panel that is shown.</summary>
    public ILocator Panel => Page.Locator("[role=tabpanel]:not([hidden])");

    /// <summary>What the inspector shows.</summary>
    public ILocator Inspector => Page.Locator("#inspector");

    /// <summary>What went wrong.</summary>
    public ILocator Notice => Page.Locator("#notice");

    /// <summary>Opens the playground of a new server.</summary>
    /// <param name="chromium">The browser.</param>
    /// <param name="text">What the model spells.</param>
    /// <param name="contextLength">Most tokens of a sequence.</param>
    /// <param name="options">Of the browser session, such as the size of its window.</param>
    /// <param name="settings">Of the server.</param>
    public static async Task<PlaygroundPage> StartAsync(
        Chromium chromium, string text = "hello", int contextLength = 512,
        BrowserNewContextOptions? options = null, params string[] settings)
    {
        SetDefaultExpectTimeout((float)ServerHarness.Patience.TotalMilliseconds / 3);
        var server = await ServerHarness.StartAsync(text: text, contextLength: contextLength, settings: settings);
        options ??= new();
        options.ViewportSize ??= Wide;
        var session = await BrowserSession.StartAsync(chromium, server.Rest.BaseAddress!, options);
        return new(server, session, await session.OpenAsync("/"));
    }

    /// <summary>Waits until the page knows the models, so that it can send requests.</summary>
    public async Task<PlaygroundPage> ReadyAsync()
    {
        await Expect(Page.Locator("#model")).ToHaveValueAsync(Loaded());
        return this;
    }

    /// <summary>Opens the playground in another tab, which is the one to use from now on.</summary>
    public async Task<IPage> OpenTabAsync()
    {
        Page = await Session.OpenAsync("/");
        await ReadyAsync();
        return Page;
    }

    /// <summary>Uses a tab from now on.</summary>
    public void Use(IPage page) => Page = page;

    /// <summary>Shows one of the tabs Complete, Chat and Compare.</summary>
    public Task ShowAsync(string tab) => Page.GetByRole(AriaRole.Tab, new() { Name = tab }).ClickAsync();

    /// <summary>A button of the panel that is shown.</summary>
    public ILocator Button(string name) => Panel.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Fills a field of the settings.</summary>
    public Task SetAsync(string label, string value) =>
        Page.Locator("#settings").Locator("input, textarea").And(Page.GetByLabel(label)).FillAsync(value);

    /// <summary>Chooses a value of a list in the settings.</summary>
    public Task ChooseAsync(string label, string value) =>
        Page.Locator("#settings").GetByRole(AriaRole.Combobox, new() { Name = label }).SelectOptionAsync(value);

    /// <summary>Types a prompt and runs it.</summary>
    public async Task StartRunAsync(string prompt)
    {
        await Panel.GetByLabel("Prompt", new() { Exact = true }).FillAsync(prompt);
        await Button("Run").ClickAsync();
    }

    /// <summary>Types a prompt, runs it and waits for the end.</summary>
    public async Task RunAsync(string prompt)
    {
        await StartRunAsync(prompt);
        await UntilDoneAsync();
    }

    /// <summary>Sends a message in the chat.</summary>
    public async Task StartSayAsync(string text)
    {
        await Panel.GetByLabel("Message", new() { Exact = true }).FillAsync(text);
        await Button("Send").ClickAsync();
    }

    /// <summary>Sends a message in the chat and waits for the end of the answer.</summary>
    public async Task SayAsync(string text)
    {
        await StartSayAsync(text);
        await UntilDoneAsync();
    }

    /// <summary>Waits until the last run of the panel is over, and shown.</summary>
    public async Task UntilDoneAsync()
    {
        await Expect(Panel.Locator(".run").Last).ToHaveAttributeAsync("aria-busy", "false");
        await Expect(Panel.Locator(".prompt button[type=submit]")).ToBeVisibleAsync();
    }

    /// <summary>The text that the tokens of the panel show, without the end of the text.</summary>
    public async Task<string> TextAsync() => string.Concat(await Tokens.And(Page.Locator(":not(.mark)")).AllTextContentsAsync());

    /// <summary>One of the numbers that tell what the last run has cost.</summary>
    public ILocator Stat(string name) => Panel.Locator($"[data-stat={name}]").Last;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Session.DisposeAsync();
        }
        finally
        {
            await Server.DisposeAsync();
        }
    }

    [GeneratedRegex(".+")]
    private static partial Regex Loaded();
}
