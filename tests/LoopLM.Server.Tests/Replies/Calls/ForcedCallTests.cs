using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LoopLM.Server.Tests.OpenAi.Chat;
using LoopLM.Server.Tests.OpenAi.Responses;

namespace LoopLM.Server.Tests.Replies.Calls;

/// <summary>Calls that a request demands of a model that knows nothing: whatever it draws, they are calls whose arguments match.</summary>
public sealed class ForcedCallTests
{
    private const string Tools = """
        [{"type":"function","function":{"name":"mix","parameters":{"type":"object","properties":{
            "s":{"type":"string"},"c":{"enum":["a b","it's","\"q\"\n","</x>"]},"o":{"anyOf":[{"type":"string"},{"type":"null"}]},
            "d":{"type":"string","format":"date"},"p":{"type":"string","pattern":"^<[/a-c]{1,4}$"},"l":{"type":"string","minLength":2,"maxLength":4},
            "n":{"type":"integer","minimum":-5,"maximum":50},"f":{"type":"number"},"b":{"type":"boolean"},"z":{"const":null},
            "a":{"type":"array","items":{"enum":[true,null,"x",{"k":[false]}]},"maxItems":3},
            "m":{"type":"object","properties":{"k":{"type":"boolean"}},"required":["k"],"additionalProperties":false}},
            "required":["s","c","n","b","a","m"],"additionalProperties":false}}},
         {"type":"function","function":{"name":"none-at_all"}}]
        """;

    private static readonly string[] s_required = ["s", "c", "n", "b", "a", "m"];

    public static TheoryData<string> Templates => [.. CallTemplates.Names];

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task Post_DemandedCalls_AreCallsWhoseArgumentsMatch(string template)
    {
        using var model = new TemplatedModel(CallTemplates.Text(template));
        await using var server = await ServerHarness.StartAsync(contextLength: 4096, settings: [model.Setting]);
        server.Runner.Certainty = 0;
        for (var seed = 0; seed < 6; seed++)
        {
            var body = Body("\"required\"", seed, 700);

            var whole = (await ChatTests.AskAsync(server, body + "}"))["choices"]![0]!;
            var streamed = ChatChunks.Join(await ChatTests.StreamAsync(server, body + ",\"stream\":true}")).Single();

            Assert.Equal(ChatChunks.Canonical(whole), ChatChunks.Canonical(streamed));
            var calls = CallsOf(whole);
            Assert.NotEmpty(calls);
            Assert.All(calls, Check);
        }
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task Post_NamedFunctionWithoutParameters_GetsNone(string template)
    {
        using var model = new TemplatedModel(CallTemplates.Text(template));
        await using var server = await ServerHarness.StartAsync(contextLength: 2048, settings: [model.Setting]);
        server.Runner.Certainty = 0;

        var choice = (await ChatTests.AskAsync(
            server, Body("""{"type":"function","function":{"name":"none-at_all"}}""", 1, 100)
                + ",\"parallel_tool_calls\":false}"))["choices"]![0]!;

        Assert.Equal("""{"name":"none-at_all","arguments":"{}"}""", Assert.Single(CallsOf(choice))["function"]!.ToJsonString());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"type":"object"}""")]
    [InlineData("""{"type":["null","object"]}""")]
    [InlineData("""{"type":"object","properties":{}}""")]
    [InlineData("""{"properties":{},"required":[],"additionalProperties":false,"description":"none"}""")]
    public async Task Post_ParametersThatNameNone_GetsNone(string parameters)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(contextLength: 2048, settings: [model.Setting]);
        server.Runner.Certainty = 0;
        var body =
            $$$"""{"messages":[{"role":"user","content":"Hi"}],"max_tokens":200,"seed":3,"tools":[{"type":"function","function":{"name":"f","parameters":{{{parameters}}}}}],"tool_choice":"required"}""";

        var choice = (await ChatTests.AskAsync(server, body))["choices"]![0]!;

        Assert.Equal("tool_calls", choice["finish_reason"]!.GetValue<string>());
        Assert.All(CallsOf(choice), call => Assert.Equal("{}", call["function"]!["arguments"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"object","properties":{"x":{"const":1}},"required":["x"]}]}""")]
    [InlineData("""{"enum":["a",3,{"x":1}]}""")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"type":["null","object"],"properties":{"x":{"const":1}},"required":["x"]}}}""")]
    public async Task Post_ParametersThatAdmitMoreThanObjects_GetsAnObject(string parameters)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(contextLength: 2048, settings: [model.Setting]);
        server.Runner.Certainty = 0;
        var body =
            $$$"""{"messages":[{"role":"user","content":"Hi"}],"max_tokens":200,"seed":3,"parallel_tool_calls":false,"tools":[{"type":"function","function":{"name":"f","parameters":{{{parameters}}}}}],"tool_choice":"required"}""";

        var choice = (await ChatTests.AskAsync(server, body))["choices"]![0]!;

        Assert.Equal(
            1, JsonNode.Parse(Assert.Single(CallsOf(choice))["function"]!["arguments"]!.GetValue<string>())!["x"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("hermes", """{"type":"string"}""", "'f#'")]
    [InlineData("qwen3_coder", """{"anyOf":[{"type":"object"}]}""", "'anyOf'")]
    [InlineData("pythonic", """{"type":"object","properties":{"a b=c":{}}}""", "'properties'")]
    public async Task Post_ParametersThatCannotBeEnforced_AreRefusedByName(string template, string parameters, string named)
    {
        using var model = new TemplatedModel(CallTemplates.Text(template));
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting]);
        var body =
            $$$"""{"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":{{{parameters}}}}}],"tool_choice":"required"}""";

        using var response = await server.Rest.PostAsync("/v1/chat/completions", ServerHarness.Json(body));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(
            named, JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!["message"]!.GetValue<string>(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_DemandedCallThatALimitCuts_HasNoAnswer()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting]);
        var body =
            """{"messages":[{"role":"user","content":"Hi"}],"max_tokens":3,"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"required"}""";

        var choice = (await ChatTests.AskAsync(server, body))["choices"]![0]!;

        Assert.Equal(("length", ""), (choice["finish_reason"]!.GetValue<string>(), choice["message"]!["content"]!.GetValue<string>()));
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task Stream_DemandedCallsOfAResponse_AreItsItems(string template)
    {
        using var model = new TemplatedModel(CallTemplates.Text(template));
        await using var server = await ServerHarness.StartAsync(contextLength: 4096, settings: [model.Setting]);
        server.Runner.Certainty = 0;
        var tools = JsonNode.Parse(Tools)!.AsArray().Select(tool => tool!["function"]!.DeepClone()).ToList();
        tools.ForEach(tool => tool["type"] = "function");
        var body =
            $$"""{"input":"Hi","max_output_tokens":700,"seed":2,"tool_choice":"required","tools":{{new JsonArray([.. tools]).ToJsonString()}}""";

        var whole = await ResponseCalls.AskAsync(server, body + "}");
        var events = await ResponseCalls.StreamAsync(server, body + ",\"stream\":true}");

        var items = whole["output"]!.AsArray().Select(item => item!).ToList();
        Assert.All(items, item => Check(new JsonObject { ["id"] = item["call_id"]!.DeepClone(), ["function"] = item.DeepClone() }));
        Assert.Equal(
            items.Select(item => item["arguments"]!.GetValue<string>()),
            events.Where(each => each["type"]!.GetValue<string>() == "response.function_call_arguments.done")
                .Select(each => each["arguments"]!.GetValue<string>()));
        Assert.Equal(
            string.Concat(items.Select(item => item["arguments"]!.GetValue<string>())),
            string.Concat(
                events.Where(each => each["type"]!.GetValue<string>() == "response.function_call_arguments.delta")
                    .Select(each => each["delta"]!.GetValue<string>())));
    }

    private static string Body(string choice, int seed, int tokens) =>
        $$"""{"messages":[{"role":"user","content":"Hi"}],"max_tokens":{{tokens}},"temperature":1,"seed":{{seed}},"tools":{{Tools}},"tool_choice":{{choice}}""";

    private static List<JsonNode> CallsOf(JsonNode choice)
    {
        Assert.Equal("tool_calls", choice["finish_reason"]!.GetValue<string>());
        Assert.Null(choice["message"]!["content"]);
        return [.. choice["message"]!["tool_calls"]!.AsArray().Select(call => call!)];
    }

    private static void Check(JsonNode call)
    {
        Assert.False(string.IsNullOrEmpty(call["id"]!.GetValue<string>()));
        var text = call["function"]!["arguments"]!.GetValue<string>();
        if (call["function"]!["name"]!.GetValue<string>() == "none-at_all")
        {
            Assert.Equal("{}", text);
            return;
        }

        Assert.Equal("mix", call["function"]!["name"]!.GetValue<string>());
        var arguments = JsonNode.Parse(text, documentOptions: new() { AllowDuplicateProperties = false })!.AsObject();
        Assert.All(s_required, name => Assert.True(arguments.ContainsKey(name), text));
        Assert.All(arguments, member => Assert.True(IsRight(member.Key, member.Value), text));
    }

    private static bool IsRight(string name, JsonNode? value) => name switch
    {
        "s" => value is not null && value.GetValueKind() == JsonValueKind.String,
        "c" => value!.GetValue<string>() is "a b" or "it's" or "\"q\"\n" or "</x>",
        "o" => value is null || value.GetValueKind() == JsonValueKind.String,
        "d" => DateOnly.TryParseExact(value!.GetValue<string>(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "p" => Regex.IsMatch(value!.GetValue<string>(), "^<[/a-c]{1,4}\\z"),
        "l" => value!.GetValue<string>().EnumerateRunes().Count() is >= 2 and <= 4,
        "n" => value!.GetValue<int>() is >= -5 and <= 50,
        "f" => value!.GetValueKind() == JsonValueKind.Number,
        "b" => value!.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "z" => value is null,
        "a" => value!.AsArray().Count <= 3
            && value.AsArray().All(item => item?.ToJsonString() is null or "true" or "\"x\"" or """{"k":[false]}"""),
        "m" => value!.AsObject().Single() is { Key: "k", Value: { } flag }
            && flag.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        _ => false,
    };
}
