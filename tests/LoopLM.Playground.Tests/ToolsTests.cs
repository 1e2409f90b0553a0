using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Grpc.Core;
using LoopLM.Protocol.V1;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoopLM.Playground.Tests;

/// <summary>What can be taken away from the page: the request in other languages, the raw events, the result as a file.</summary>
public sealed partial class ToolsTests(Chromium chromium)
{
    [Fact]
    public async Task Copy_Curl_AsksForTheSame()
    {
        await using var page = await RunAsync("it's \"quoted\" $HOME \\ `x`");
        await page.Page.GetByText("Copy this request").ClickAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Copy", Exact = true }).ClickAsync();
        await Expect(page.Page.GetByText("Copied.")).ToBeVisibleAsync();
        var command = await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()");

        Assert.SkipUnless(File.Exists("/usr/bin/curl"), "curl is not installed");
        using var curl = Process.Start(
            new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var answer = await curl.StandardOutput.ReadToEndAsync().WaitAsync(ServerHarness.Patience);
        Assert.Equal("hello", string.Concat(EventText().Matches(answer).Select(match => match.Groups["text"].Value)));
        Assert.Contains("\"prompt_token_ids\":[105,116,39,115,", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sample_CSharp_HoldsTheRequestAsItWasSent()
    {
        await using var page = await RunAsync("\"\"\"\"quoted\"\"\"\"");

        var program = await SampleAsync(page, "C#");

        var literal = RawLiteral().Match(program);
        Assert.True(literal.Success, program);
        var body = JsonElement.Parse(literal.Groups["body"].Value);
        Assert.Equal("\"\"\"\"quoted\"\"\"\"", body.GetProperty("prompt").GetString());
        Assert.Contains($"{page.Server.Rest.BaseAddress}v1/completions", program, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sample_Grpc_AsksForTheSame()
    {
        await using var page = await RunAsync("it's");

        var request = GrpcRequest(await SampleAsync(page, "gRPC"));

        using var call = new Inference.InferenceClient(page.Server.Channel).Generate(request);
        var text = "";
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            text += response.Token?.Text;
        }

        Assert.Equal("hello", text);
        Assert.Equal(("it's", 5, true), (request.Text, request.LoopLogprobs, request.SkippedLoopLogprobs));
    }

    [Fact]
    public async Task Sample_GrpcOfAChat_HasTheTokensOfItsPrompt()
    {
        await using var page = await StartAsync();
        await page.ShowAsync("Chat");
        await page.SayAsync("hi");

        var request = GrpcRequest(await SampleAsync(page, "gRPC"));

        using var response = await page.Server.Rest.PostAsync(
            "/tokenize", ServerHarness.Json("""{"messages": [{"role": "user", "content": "hi"}]}"""));
        var tokens = JsonElement.Parse(await response.Content.ReadAsStringAsync())
            .GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32());
        Assert.Equal(tokens, request.Tokens.Ids);
    }

    [Fact]
    public async Task RawEvents_AfterARun_AreThoseOfTheStream()
    {
        await using var page = await RunAsync("abc");

        await page.Page.GetByText("Raw events").ClickAsync();

        var region = page.Page.GetByRole(AriaRole.Region, new() { Name = "The events" });
        await Expect(region).ToContainTextAsync("completion_tokens");
        var events = (await region.TextContentAsync())!.Split('\n');
        Assert.Equal("h", JsonElement.Parse(events[0]).GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.Equal(6, JsonElement.Parse(events[^1]).GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Export_Json_HasTheRequestAndEveryToken()
    {
        await using var page = await RunAsync("abc");

        var result = JsonElement.Parse(await ExportAsync(page, "JSON"));

        Assert.Equal("abc", result.GetProperty("request").GetProperty("prompt").GetString());
        var tokens = result.GetProperty("answers")[0].GetProperty("tokens");
        Assert.Equal(6, tokens.GetArrayLength());
        Assert.Equal(4, tokens[0].GetProperty("exitStep").GetInt32());
        Assert.Equal(4, tokens[0].GetProperty("loops").GetArrayLength());
    }

    [Fact]
    public async Task Export_Csv_HasALineForEveryTokenAndNoFormula()
    {
        await using var page = await RunAsync("abc", "=1,\"x\"\n-");

        var lines = (await ExportAsync(page, "CSV")).Split("\r\n");

        Assert.Equal(
            "answer,index,token,id,exit_step,logprob,milliseconds,gate_1,gate_2,gate_3,gate_4,best_after_loop_1,best_after_loop_2,best_after_loop_3,best_after_loop_4",
            lines[0]);
        Assert.StartsWith("looplm-bytes,0,'=,61,4,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("looplm-bytes,2,\",\",44,4,", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("looplm-bytes,3,\"\"\"\",34,4,", lines[4], StringComparison.Ordinal);
        Assert.Equal(9 + 2, lines.Length);
    }

    [Fact]
    public async Task Export_Png_IsAPictureOfTheResult()
    {
        await using var page = await RunAsync("abc");

        var download = await page.Page.RunAndWaitForDownloadAsync(() =>
            page.Page.GetByRole(AriaRole.Button, new() { Name = "PNG" }).ClickAsync());

        var picture = await File.ReadAllBytesAsync(await download.PathAsync());
        Assert.Equal("looplm.png", download.SuggestedFilename);
        Assert.Equal((byte[])[0x89, 0x50, 0x4E, 0x47], picture[..4]);
        Assert.Equal(1200, (picture[18] << 8) + picture[19]);
        Assert.InRange(picture.Length, 2_000, 200_000);
    }

    private async Task<PlaygroundPage> StartAsync(string text = "hello") => await (await PlaygroundPage.StartAsync(
        chromium, text, options: new() { Permissions = ["clipboard-read", "clipboard-write"] })).ReadyAsync();

    private async Task<PlaygroundPage> RunAsync(string prompt, string text = "hello")
    {
        var page = await StartAsync(text);
        await page.RunAsync(prompt);
        return page;
    }

    private static async Task<string> SampleAsync(PlaygroundPage page, string language)
    {
        await page.Page.GetByText("Copy this request").ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = language }).ClickAsync();
        return (await page.Page.GetByRole(AriaRole.Region, new() { Name = "The request" }).TextContentAsync())!;
    }

    private static GenerateRequest GrpcRequest(string sample)
    {
        var json = ShellArgument().Match(sample).Groups["json"].Value.Replace("'\\''", "'", StringComparison.Ordinal);
        return Google.Protobuf.JsonParser.Default.Parse<GenerateRequest>(json);
    }

    private static async Task<string> ExportAsync(PlaygroundPage page, string format)
    {
        var download = await page.Page.RunAndWaitForDownloadAsync(() =>
            page.Page.GetByRole(AriaRole.Button, new() { Name = format, Exact = true }).ClickAsync());
        return await File.ReadAllTextAsync(await download.PathAsync());
    }

    [GeneratedRegex("\"text\":\"(?<text>[a-z]*)\"")]
    private static partial Regex EventText();

    [GeneratedRegex("""StringContent\((?<quotes>"{3,})\n(?<body>.*?)\n\s*\k<quotes>,""", RegexOptions.Singleline)]
    private static partial Regex RawLiteral();

    [GeneratedRegex("""-d '(?<json>(?:[^']|'\\'')*)'""")]
    private static partial Regex ShellArgument();
}
