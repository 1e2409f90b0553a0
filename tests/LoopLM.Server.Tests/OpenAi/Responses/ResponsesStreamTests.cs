using System.Net;
using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.OpenAi.Responses;

/// <summary><c>POST /v1/responses</c> as a stream.</summary>
public sealed class ResponsesStreamTests
{
    private const string Stream = ",\"stream\":true}";

    [Fact]
    public async Task Stream_ReasoningAndText_HasEveryEventInOrder()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "<think>hm</think>Yes.", settings: [model.Setting]);

        var events = await ResponseCalls.StreamAsync(server, ResponseCalls.Hi + Stream);

        Assert.Equal(
            [
                "response.created", "response.in_progress",
                "response.output_item.added", "response.content_part.added",
                "response.reasoning_text.delta", "response.reasoning_text.delta",
                "response.reasoning_text.done", "response.content_part.done", "response.output_item.done",
                "response.output_item.added", "response.content_part.added", "response.output_text.delta",
                "response.output_text.delta", "response.output_text.delta", "response.output_text.delta",
                "response.output_text.done", "response.content_part.done", "response.output_item.done",
                "response.completed",
            ],
            ResponseCalls.Types(events));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(each => each["sequence_number"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Stream_Call_HasEveryEventInOrder()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: ResponseCalls.Call, contextLength: 128, settings: [model.Setting]);

        var events = await ResponseCalls.StreamAsync(
            server, $"{ResponseCalls.Hi.Replace("40", "80", StringComparison.Ordinal)},{ResponseCalls.Tools}{Stream}");

        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added",
                .. Enumerable.Repeat("response.function_call_arguments.delta", 7),
                "response.function_call_arguments.done", "response.output_item.done", "response.completed",
            ],
            ResponseCalls.Types(events));
        Assert.Equal(
            """{"type":"function_call","status":"in_progress","name":"f","arguments":""}""", ResponseCalls.Canonical(events[2]["item"]));
        Assert.Equal("""{"x":1}""", string.Concat(events[3..10].Select(each => each["delta"]!.GetValue<string>())));
        Assert.Equal("""{"x":1}""", events[10]["arguments"]!.GetValue<string>());
        Assert.Equal("""{"type":"function_call","status":"completed","name":"f","arguments":"{\"x\":1}"}""",
            ResponseCalls.Canonical(events[11]["item"]));
    }

    [Theory]
    [InlineData("Hello \u00e9\ud83d\ude00.", "")]
    [InlineData("Hello",
        ",\"include\":[\"message.output_text.logprobs\"],\"top_logprobs\":2,\"return_token_ids\":true,\"return_gate_probabilities\":true,\"return_loop_logprobs\":1")]
    [InlineData("<think>\nhm\n</think>\n\nYes.", "")]
    [InlineData("<think>\nhm", "")]
    [InlineData("a" + ResponseCalls.Call + " b " + ResponseCalls.Call, "," + ResponseCalls.Tools)]
    [InlineData("Well, stop here", ",\"stop\":[\"stop\"]")]
    [InlineData("Hello there", "", 5)]
    [InlineData("", "")]
    public async Task Stream_AnyReply_JoinsToTheWholeResponse(string reply, string options, int most = 150)
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: reply, contextLength: 160, settings: [model.Setting]);
        var body = $$"""{"input":"Hi","temperature":0,"max_output_tokens":{{most}}{{options}}""";

        var whole = await ResponseCalls.AskAsync(server, body + "}");
        var events = await ResponseCalls.StreamAsync(server, body + Stream);

        Assert.Equal(ResponseCalls.Canonical(whole), ResponseCalls.Canonical(events[^1]["response"]));
        Assert.Equal(ResponseCalls.Canonical(whole["output"]), ResponseCalls.Canonical(Join(events)));
    }

    [Fact]
    public async Task Stream_Events_NameTheItemAndThePartThatTheyBelongTo()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "<think>hm</think>Yes.", settings: [model.Setting]);

        var events = await ResponseCalls.StreamAsync(server, ResponseCalls.Hi + Stream);

        var ids = events[^1]["response"]!["output"]!.AsArray().Select(item => item!["id"]!.GetValue<string>()).ToList();
        var within = events.Where(each => each["item_id"] is not null).ToList();
        Assert.All(
            within, each => Assert.Equal(
                (ids[each["output_index"]!.GetValue<int>()], 0),
                (each["item_id"]!.GetValue<string>(), each["content_index"]!.GetValue<int>())));
        Assert.Equal(12, within.Count);
    }

    [Fact]
    public async Task Stream_Deltas_CarryTheExitStepsSinceTheLastOne()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await ServerHarness.StartAsync(text: "<think>a</think>\u00e9b", settings: [model.Setting]);

        var events = await ResponseCalls.StreamAsync(server, ResponseCalls.Hi + Stream);

        // The opening mark and the reasoning; the closing mark and the two bytes of a character; the last character.
        Assert.Equal([8, 10, 1], events.Where(each => each["delta"] is not null).Select(each => each["exit_steps"]!.AsArray().Count));
        Assert.Equal(20, events[^1]["response"]!["exit_steps"]!.AsArray().Count);
    }

    [Fact]
    public async Task Stream_BodyOfSeveralLines_HasEventsOfOneLine()
    {
        await using var server = await ServerHarness.StartAsync(text: "ab");
        const string lines = """
            {
              "input": "Hi", "stream": true, "temperature": 0, "max_output_tokens": 9, "metadata": {
                "a": "b\nc"
              },
              "text": {
                "format": {
                  "type": "text"
                }
              }
            }
            """;

        var events = await ResponseCalls.StreamAsync(server, lines);

        Assert.Equal("""{"a":"b\nc"}""", events[0]["response"]!["metadata"]!.ToJsonString());
    }

    [Fact]
    public async Task Stream_Refused_AnswersWithTheStatus()
    {
        await using var server = await ServerHarness.StartAsync();

        var (response, _) = await ServerHarness.RefuseAsync(ResponseCalls.PostAsync(server, ResponseCalls.Hi + ",\"top_p\":2" + Stream));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Stream_ModelFailsInTheMiddle_SendsErrorAndFailedAndBreaksOff()
    {
        await using var server = await ServerHarness.StartAsync(text: "abcdefgh");
        var prompt = (await ResponseCalls.AskAsync(server, ResponseCalls.Hi + "}"))["usage"]!["input_tokens"]!.GetValue<int>();
        server.Runner.BeforeLoop = batch =>
        {
            if (batch.Rows[0].Position == prompt + 3)
            {
                throw new InvalidOperationException("broken");
            }
        };

        var lines = await server.ReadBrokenStreamAsync("/v1/responses", ResponseCalls.Hi + Stream);

        var events = ResponseCalls.Events(string.Join('\n', lines).TrimEnd().Split("\n\n"));
        Assert.Equal(["error", "response.failed"], ResponseCalls.Types(events).TakeLast(2));
        Assert.DoesNotContain("response.completed", ResponseCalls.Types(events));
        Assert.Equal(("internal_error", "internal_error"),
            (events[^2]["code"]!.GetValue<string>(), events[^2]["error"]!["code"]!.GetValue<string>()));
        var failed = events[^1]["response"]!;
        Assert.Equal(("failed", "server_error"), (failed["status"]!.GetValue<string>(), failed["error"]!["code"]!.GetValue<string>()));
        Assert.Equal("abcd", failed["output"]![0]!["content"]![0]!["text"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Post_ClientGoesAway_FreesEverythingWithinATick(string stream)
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Equal(1, await server.LoopsOfAClientThatLeavesAsync("/v1/responses", $"{ResponseCalls.Hi},\"stream\":{stream}}}"));
    }

    /// <summary>The output as the events tell it: items as they were added, grown by their deltas, with the status of their ends.</summary>
    private static JsonArray Join(IEnumerable<JsonNode> events)
    {
        var output = new JsonArray();
        foreach (var each in events)
        {
            var item = each["output_index"]?.GetValue<int>() is { } index && index < output.Count ? output[index]! : null;
            switch (each["type"]!.GetValue<string>())
            {
                case "response.output_item.added":
                    output.Add(each["item"]!.DeepClone());
                    break;
                case "response.content_part.added":
                    item!["content"]!.AsArray().Add(each["part"]!.DeepClone());
                    break;
                case "response.output_text.delta":
                    Append(item!["content"]![0]!, "text", each["delta"]!);
                    each["logprobs"]!.AsArray().ToList()
                        .ForEach(logprob => item["content"]![0]!["logprobs"]!.AsArray().Add(logprob!.DeepClone()));
                    break;
                case "response.reasoning_text.delta":
                    Append(item!["content"]![0]!, "text", each["delta"]!);
                    break;
                case "response.function_call_arguments.delta":
                    Append(item!, "arguments", each["delta"]!);
                    break;
                case "response.output_item.done":
                    item!["status"] = each["item"]!["status"]!.DeepClone();
                    break;
            }
        }

        return output;
    }

    private static void Append(JsonNode to, string member, JsonNode delta) =>
        to[member] = to[member]!.GetValue<string>() + delta.GetValue<string>();
}
