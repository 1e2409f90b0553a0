using LoopLM.Server.Tests.OpenAi.Chat;

namespace LoopLM.Server.Tests.Replies.Calls;

/// <summary>Marks of calls and reasoning that are special tokens of the vocabulary, which give no text elsewhere.</summary>
public sealed class SpecialMarkTests
{
    private const string Body =
        """{"messages":[{"role":"user","content":"Hi"}],"max_tokens":60,"return_token_ids":true,"seed":1,"logit_bias":{"259":100}""";
    private const string Tools = """ ,"tools":[{"type":"function","function":{"name":"f"}}] """;

    [Theory]
    [InlineData("mistral", "[TOOL_CALLS]")]
    [InlineData("granite", "<|tool_call|>")]
    [InlineData("hermes", "<tool_call>")]
    [InlineData("pythonic-marked", "<|tool_call_start|>")]
    public async Task Post_DemandedCall_BeginsWithTheSpecialToken(string template, string mark)
    {
        using var model = new TemplatedModel(CallTemplates.Text(template), mark);
        await using var server = await ServerHarness.StartAsync(contextLength: 1024, settings: [model.Setting]);
        server.Runner.Certainty = 0;

        var choice = (await ChatTests.AskAsync(
            server, Body + Tools + ",\"tool_choice\":\"required\",\"parallel_tool_calls\":false}"))["choices"]![0]!;

        Assert.Equal(TemplatedModel.Mark, choice["token_ids"]![0]!.GetValue<int>());
        Assert.Equal("f", Assert.Single(choice["message"]!["tool_calls"]!.AsArray())!["function"]!["name"]!.GetValue<string>());
        Assert.Equal("tool_calls", choice["finish_reason"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(Tools, "[TOOL_CALLS][TOOL_CALLS]")]
    [InlineData("", "")]
    public async Task Post_ModelThatWritesTheSpecialToken_IsSeenWhereToolsAreThere(string tools, string content)
    {
        using var model = new TemplatedModel(CallTemplates.Text("mistral"), "[TOOL_CALLS]");
        await using var server = await ServerHarness.StartAsync(contextLength: 1024, settings: [model.Setting]);
        server.Runner.Certainty = 0;

        var choice = (await ChatTests.AskAsync(server, Body.Replace("60", "2", StringComparison.Ordinal) + tools + "}"))["choices"]![0]!;

        Assert.Equal(content, choice["message"]!["content"]!.GetValue<string>());
    }

    [Fact]
    public async Task Post_ReasoningAfterASpecialToken_IsSeparated()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative, "<think>");
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting]);
        server.Runner.Certainty = 0;

        var choice = (await ChatTests.AskAsync(server, Body.Replace("60", "2", StringComparison.Ordinal) + "}"))["choices"]![0]!;

        Assert.Equal(
            ("<think>", ""), (choice["message"]!["reasoning_content"]!.GetValue<string>(),
                choice["message"]!["content"]!.GetValue<string>()));
    }
}
