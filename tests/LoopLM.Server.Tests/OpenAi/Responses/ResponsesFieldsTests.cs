using System.Text.Json.Nodes;
using static LoopLM.Server.Tests.OpenAi.Responses.ResponseCalls;

namespace LoopLM.Server.Tests.OpenAi.Responses;

/// <summary>What the fields and items of responses do, beyond the usual.</summary>
public sealed class ResponsesFieldsTests
{
    [Fact]
    public async Task Post_StoreTrue_IsAnsweredWithStoreFalse()
    {
        await using var server = await ServerHarness.StartAsync(text: "Yes.");

        var answer = await AskAsync(server, Hi + ",\"store\":true,\"truncation\":\"auto\"}");

        Assert.Equal((false, "disabled"), (answer["store"]!.GetValue<bool>(), answer["truncation"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Post_ToolsOfOtherTypes_AreLeftOut()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "Yes.", settings: [model.Setting]);

        var answer = await AskAsync(
            server, Hi + ""","tools":[{"type":"web_search"},{"type":"function","name":"f"},{"type":"namespace","name":"n","tools":[]}]}""");

        Assert.Equal(["f"], answer["tools"]!.AsArray().Select(tool => tool!["name"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Post_IncludeReasoningFalse_GivesNoItemForTheReasoning()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "<think>hm</think>Yes.", settings: [model.Setting]);

        var answer = await AskAsync(server, Hi + ",\"include_reasoning\":false}");

        Assert.Equal("message", Assert.Single(answer["output"]!.AsArray())!["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task Post_ItemsOfOtherServers_AreReplayed()
    {
        const string template =
            "{% for m in messages %}{{ m.role }}:{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.name }}={{ c.function.arguments | tojson }}{% endfor %};{% endfor %}";
        using var model = new TemplatedModel(template);
        await using var server = await ServerHarness.StartAsync(text: "Yes.", contextLength: 512, settings: [model.Setting]);

        var answer = await AskAsync(server, """
            {"input":[
            {"type":"reasoning","summary":[],"encrypted_content":"AAAA"},
            {"type":"custom_tool_call","call_id":"c","name":"apply_patch","input":"a"},{"type":"custom_tool_call_output","call_id":"c","output":"done"},
            {"type":"local_shell_call","call_id":"d","id":"i","status":"completed","action":{"command":["ls"]}},{"type":"local_shell_call_output","id":"d","output":"x"},
            {"type":"mcp_list_tools","id":"m","server_label":"s","tools":[]},
            {"type":"mcp_call","id":"n","server_label":"s","name":"roll","arguments":"{}","output":"4"}],
            "max_output_tokens":1,"return_token_ids":true}
            """);

        using var response = await server.Rest.PostAsync(
            "/detokenize", ServerHarness.Json($$"""{"tokens":{{answer["prompt_token_ids"]!.ToJsonString()}}}"""));
        Assert.Equal(
            """
            assistant:apply_patch="a";tool:done;assistant:local_shell={"action": {"command": ["ls"]}};tool:x;assistant:roll={};tool:4;
            """,
            JsonNode.Parse(await response.Content.ReadAsStringAsync())!["prompt"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"input":[{"type":"item_reference","id":"msg_1"}]}""",
        "In 'input[0]': 'type' is 'item_reference', but nothing is stored here that it could refer to. Send the whole items instead: set 'store' to false in the client (AI SDK: providerOptions.openai.store = false).")]
    [InlineData("""{"messages":[]}""", "'messages' is not supported here: use 'input'.")]
    [InlineData("""{"input":"Hi","max_tokens":5}""", "'max_tokens' is the number 5, which is not supported here: use 'max_output_tokens'.")]
    [InlineData("""{"input":"Hi","previous_response_id":"resp_1"}""",
        "'previous_response_id' is not supported here: nothing is stored; send the whole conversation as 'input'.")]
    [InlineData("""{"input":"Hi","tool_choice":{"type":"web_search"}}""",
        "In 'tool_choice': 'type' is 'web_search', a tool that this server does not run; choose a function, or auto, none or required.")]
    [InlineData("""{"input":"Hi","tool_choice":"g","tools":[{"type":"function","name":"f"}]}""",
        "'tool_choice' is the name 'g', which no function of 'tools' has; it must be none, auto, required or one of f.")]
    public async Task Post_Refusal_SaysWhatWasFoundAndTheWayOut(string body, string message)
    {
        await using var server = await ServerHarness.StartAsync();

        var (_, error) = await ServerHarness.RefuseAsync(PostAsync(server, body));

        Assert.Equal(message, error.GetProperty("message").GetString());
    }
}
