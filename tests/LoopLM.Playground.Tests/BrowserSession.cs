using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace LoopLM.Playground.Tests;

/// <summary>
/// A browser session with a server. Disposing it fails the test where a page has logged an error or a warning, thrown, or asked another
/// host, unless the test expected that.
/// </summary>
internal sealed class BrowserSession : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _problems = [];
    private readonly List<Regex> _expected = [];

    private BrowserSession(IBrowserContext context, Uri server)
    {
        _context = context;
        context.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _problems.Enqueue($"console {message.Type}: {message.Text} ({message.Location})");
            }
        };
        context.WebError += (_, error) => _problems.Enqueue($"exception: {error.Error}");
        context.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: not ("data" or "blob") } address && address.Authority != server.Authority)
            {
                _problems.Enqueue($"another host: {request.Url}");
            }
        };
    }

    /// <summary>Opens a session.</summary>
    /// <param name="chromium">The browser.</param>
    /// <param name="server">Where the server is; relative addresses of pages count from there.</param>
    /// <param name="options">Of the session, such as the size of its window.</param>
    public static async Task<BrowserSession> StartAsync(Chromium chromium, Uri server, BrowserNewContextOptions? options = null)
    {
        var context = await chromium.NewContextAsync(new(options ?? new()) { BaseURL = server.ToString() });
        context.SetDefaultTimeout((float)ServerHarness.Patience.TotalMilliseconds);
        return new BrowserSession(context, server);
    }

    /// <summary>Opens a page in a tab of its own, and waits until it has loaded; what its scripts request may come later.</summary>
    public async Task<IPage> OpenAsync(string path)
    {
        var page = await _context.NewPageAsync();
        await page.GotoAsync(path);
        return page;
    }

    /// <summary>Lets problems be that match a pattern: the test brings them about.</summary>
    public void Expect(string pattern) => _expected.Add(new Regex(pattern));

    /// <summary>Checks a page, as it is now, by axe.</summary>
    public static async Task AssertAccessibleAsync(IPage page)
    {
        var result = await page.RunAxe();
        Assert.Empty(result.Violations.Select(violation =>
            $"{violation.Id}: {violation.Help} at {string.Join(", ", violation.Nodes.Select(node => node.Html))}"));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        var problems = _problems.Where(problem => !_expected.Exists(expected => expected.IsMatch(problem))).ToList();
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }
}
