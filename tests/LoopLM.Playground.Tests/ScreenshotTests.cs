using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoopLM.Playground.Tests;

/// <summary>
/// Makes the pictures of the documentation where SCREENSHOT_FOLDER names their folder, relative to the repository; else it is skipped.
/// They are of the bundled models, so they are made again when those change.
/// </summary>
public sealed partial class ScreenshotTests(Chromium chromium)
{
    private const int MaxBytes = 200_000;
    private const int Width = 1240;
    private const int Height = 720;
    private const int TallHeight = 900;

    [Fact]
    public async Task Capture_MainStates_AreSmallEnoughForTheRepository()
    {
        var folder = Environment.GetEnvironmentVariable("SCREENSHOT_FOLDER");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "SCREENSHOT_FOLDER names no folder");
        SetDefaultExpectTimeout((float)ServerHarness.Patience.TotalMilliseconds);
        folder = Directory.CreateDirectory(Path.Combine(TestData.Root, folder)).FullName;
        using var server = await BundledModels.StartAsync();

        await using (var session = await OpenAsync(server, ColorScheme.Light))
        {
            var page = await session.OpenAsync("/");
            await ShowAsync(page, "A question of three steps", "#panel-complete .run[aria-busy=false]");
            await Expect(page.Locator("#inspector .mind")).ToBeVisibleAsync();
            await page.SetViewportSizeAsync(Width, TallHeight);
            await CaptureAsync(page, folder, "playground-complete.png");
            await page.SetViewportSizeAsync(Width, Height);
            await ShowAsync(page, "One prompt, three depths", "article >> nth=2");
            await page.Locator(".modes").EvaluateAsync("element => element.scrollIntoView()");
            await CaptureAsync(page, folder, "playground-compare.png");
        }

        await using (var session = await OpenAsync(server, ColorScheme.Dark))
        {
            var page = await session.OpenAsync("/");
            await ShowAsync(page, "A tale", "#panel-chat .run[aria-busy=false]");
            await Expect(page.Locator("#inspector .mind")).ToBeVisibleAsync();
            await page.Locator(".modes").EvaluateAsync("element => element.scrollIntoView()");
            await CaptureAsync(page, folder, "playground-chat.png");
            var live = await session.OpenAsync("/live");
            await live.SetViewportSizeAsync(Width, TallHeight);
            var work = WorkAsync(server.Rest);
            await Expect(live.Locator("#reasons tr").Nth(2)).ToHaveTextAsync(HundredsOfRequests());
            await CaptureAsync(live, folder, "playground-live.png");
            await work;
        }
    }

    [GeneratedRegex("first token3\\d\\d")]
    private static partial Regex HundredsOfRequests();

    private Task<BrowserSession> OpenAsync(ServerProcess server, ColorScheme theme) => BrowserSession.StartAsync(
        chromium, server.Rest.BaseAddress!, new() { ColorScheme = theme, ViewportSize = new() { Width = Width, Height = Height } });

    private static async Task ShowAsync(IPage page, string example, string shown)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = example }).ClickAsync();
        await Expect(page.Locator(shown).First).ToBeVisibleAsync();
    }

    // Some clients of different patience, so that the strips show an engine at work.
    private static Task WorkAsync(HttpClient rest) => Parallel.ForEachAsync(
        Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 5 }, async (i, cancellation) =>
        {
            var body = string.Create(CultureInfo.InvariantCulture, $$"""
                {"model": "stories", "prompt": "{{string.Concat(Enumerable.Repeat("Once upon a time ", 1 + (i * 7 % 5)))}}", "seed": {{i}}, "max_tokens": {{20 + (i * 37 % 90)}}}
                """);
            using var response = await rest.PostAsync("/v1/completions", ServerHarness.Json(body), cancellation);
            response.EnsureSuccessStatusCode();
        });

    private static async Task CaptureAsync(IPage page, string folder, string name)
    {
        var picture = await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name), Animations = ScreenshotAnimations.Disabled });
        Assert.InRange(picture.Length, 1, MaxBytes);
    }
}
