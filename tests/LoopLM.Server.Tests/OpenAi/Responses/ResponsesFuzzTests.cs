using System.Net;
using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.OpenAi.Responses;

/// <summary>
/// Fields of <c>POST /v1/responses</c> in any combination, sound values among strange ones: each request is
/// answered or refused, and none breaks the server.
/// </summary>
public sealed class ResponsesFuzzTests
{
    private static readonly string[] s_strange =
        ["null", "true", "0", "-1", "1e308", "9007199254740993", "\"\"", "\"a\"", "\"\\ud800\"", "[]", "[null]", "[[]]",
            "{}", "{\"type\":null}", "{\"type\":\"function\"}", "{\"\\u0000\":\"\\n\"}", "[{\"type\":\"message\"}]"];

    private static readonly (string Field, string[] Values)[] s_sound =
    [
        ("input",
            ["\"Hi\"", """[{"role":"user","content":"Hi"}]""",
                """[{"type":"reasoning","summary":[]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"a"}]"""]),
        ("instructions", ["\"a\""]), ("max_output_tokens", ["1", "9"]), ("temperature", ["0", "1"]),
        ("top_p", ["0.5"]), ("stream", ["true", "false"]), ("store", ["false"]),
        ("metadata", ["""{"a":"b"}"""]), ("include", ["""["message.output_text.logprobs"]"""]),
        ("top_logprobs", ["0", "2"]), ("reasoning", ["""{"effort":"low","summary":"auto"}"""]),
        ("text", ["""{"format":{"type":"text"}}""", """{"format":{"type":"json_object"}}""",
            """{"format":{"type":"json_schema","name":"a","schema":{"type":"boolean"}}}"""]),
        ("tools", ["""[{"type":"function","name":"f"}]""", "[]"]),
        ("tool_choice", ["\"none\"", "\"auto\"", "\"required\"", """{"type":"function","name":"f"}"""]),
        ("parallel_tool_calls", ["false"]), ("truncation", ["\"disabled\""]), ("stop", ["\"l\""]),
        ("seed", ["5"]), ("min_loops", ["2"]), ("max_loops", ["3"]), ("return_token_ids", ["true"]),
        ("return_loop_logprobs", ["2"]), ("return_gate_probabilities", ["true"]),
        ("separate_reasoning", ["false"]), ("chat_template_kwargs", ["""{"enable_thinking":true}"""]),
        ("previous_response_id", ["null"]), ("stream_options", ["{}"]),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Post_AnyFields_AreAnsweredOrRefused(int seed)
    {
        var random = new Random(seed);
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting, "--Limits:DefaultChatTokens=20"]);
        server.Runner.Certainty = 3;
        var answered = 0;

        for (var round = 0; round < 200; round++)
        {
            var body = Body(random, strangeOnes: round % 2);
            using var response = await ResponseCalls.PostAsync(server, body);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(
                response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.NotFound, $"{body} gave {text}");
            answered += response.StatusCode == HttpStatusCode.OK ? 1 : 0;
            Assert.True(response.StatusCode != HttpStatusCode.OK || IsComplete(text), $"{body} gave {text}");
        }

        Assert.True(answered > 40, $"only {answered} requests were answered");
    }

    private static string Body(Random random, int strangeOnes)
    {
        var fields = s_sound[1..];
        random.Shuffle(fields);
        var chosen = fields.Take(random.Next(5)).Prepend(s_sound[0])
            .Select(field => (field.Field, Value: field.Values[random.Next(field.Values.Length)])).ToArray();
        if (strangeOnes > 0)
        {
            chosen[random.Next(chosen.Length)].Value = s_strange[random.Next(s_strange.Length)];
        }

        return $"{{{string.Join(',', chosen.Select(field => $"\"{field.Field}\":{field.Value}"))}}}";
    }

    private static bool IsComplete(string text)
    {
        var last = text.StartsWith("event: ", StringComparison.Ordinal)
            ? ResponseCalls.Events(text.Split("\n\n")[..^1])[^1]["response"]!
            : JsonNode.Parse(text)!;
        return last["status"]!.GetValue<string>() is "completed" or "incomplete";
    }
}
