using System.Net;
using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.Replies.Calls;

/// <summary>Calls that a conversation holds, as templates of every family write them.</summary>
public sealed class ReplayedCallTests
{
    private const string Texts = "{% for call in messages[1].tool_calls %}{{ '{' + call.function.arguments + '}' }}{% endfor %}";
    private const string Printed = "{% for call in messages[1].tool_calls %}{{ call.function.arguments }}{% endfor %}";
    private const string Either =
        "{% for call in messages[1].tool_calls %}{% set a = call.function.arguments %}{{ a if a is string else a | tojson }}{% endfor %}";
    private const string Items =
        "{% for call in messages[1].tool_calls %}{% for k, v in call.function.arguments | items %}{{ k }}={{ v }};{% endfor %}{% endfor %}";
    private const string None = "{{ messages[0].content }}";

    [Theory]
    [InlineData(Texts, """{\"a\": 1}""", """{{"a": 1}}""")]
    [InlineData(Printed, """{\"a\": 1}""", """{"a": 1}""")]
    [InlineData(Either, """{\"a\": 1}""", """{"a": 1}""")]
    [InlineData(Items, """{\"a\": 1}""", "a=1;")]
    [InlineData(Either, "", "{}")]
    [InlineData(Items, "", "")]
    [InlineData(Texts, """{\"a\": oh""", """{{"a": oh}""")]
    [InlineData(Either, """{\"a\": oh""", """{"a": oh""")]
    [InlineData(Items, """{\"a\": oh""", """arguments={"a": oh;""")]
    [InlineData(None, """{\"a\": oh""", "Hi")]
    public async Task Post_CallInTheConversation_IsWrittenInTheFormThatTheTemplateTakes(string template, string arguments, string written)
    {
        using var model = new TemplatedModel(template);
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting]);

        Assert.Equal(written, await WriteAsync(server, $"\"{arguments}\""));
    }

    [Fact]
    public async Task Post_ArgumentsAsAnObject_AreTakenAsTheirText()
    {
        using var model = new TemplatedModel(Either);
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting]);

        Assert.Equal("""{"a": [1]}""", await WriteAsync(server, """{"a":[1]}"""));
    }

    private static async Task<string> WriteAsync(ServerHarness server, string arguments)
    {
        var body =
            """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"""
                + arguments + """}}]},{"role":"tool","tool_call_id":"c","content":"r"}]}""";
        using var response = await server.Rest.PostAsync("/apply-template", ServerHarness.Json(body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!["prompt"]!.GetValue<string>();
    }
}
