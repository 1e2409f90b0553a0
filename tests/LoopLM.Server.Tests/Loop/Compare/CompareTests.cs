using System.Net;
using System.Text.Json;

namespace LoopLM.Server.Tests.Loop.Compare;

/// <summary><c>POST /v1/loop/compare</c>.</summary>
public sealed class CompareTests
{
    private const string Path = "/v1/loop/compare";

    private static readonly (string Body, string Code, string Param)[] s_rules =
    [
        ("""{"settings":[{},{}]}""", "missing_required_parameter", "prompt"),
        ("""{"prompt":"a"}""", "missing_required_parameter", "settings"),
        ("""{"prompt":"a","settings":{}}""", "invalid_type", "settings"),
        ("""{"prompt":"a","settings":[{}]}""", "invalid_value", "settings"),
        ("""{"prompt":"a","settings":[{},{},{},{}]}""", "invalid_value", "settings"),
        ("""{"prompt":"a","settings":[{},5]}""", "invalid_type", "settings[1]"),
        ("""{"prompt":"a","settings":[{},{"max_loops":"2"}]}""", "invalid_type", "settings[1].max_loops"),
        ("""{"prompt":"a","settings":[{},{"max_loops":9}]}""", "invalid_value", "max_loops"),
        ("""{"prompt":"a","settings":[{"exit_policy":"never"},{}]}""", "invalid_value", "exit_policy"),
        ("""{"prompt":["a","b"],"settings":[{},{}]}""", "unsupported_value", "prompt"),
        ("""{"prompt":"a","n":2,"settings":[{},{}]}""", "unsupported_value", "n"),
        ("""{"prompt":"a","stream":true,"settings":[{},{}]}""", "unsupported_parameter", "stream"),
        ("""{"prompt":"a","max_tokens":0,"settings":[{},{}]}""", "invalid_value", "max_tokens"),
        ("""{"prompt":"a","max_tokens":64,"settings":[{},{}]}""", "context_length_exceeded", "prompt"),
        ("""{"prompt":"a","model":"other","settings":[{},{}]}""", "model_not_found", "model"),
    ];

    [Fact]
    public async Task Post_SeveralDepths_AnswersSideBySide()
    {
        await using var server = await ServerHarness.StartAsync(text: "h\u00e9llo");

        var comparison = await CompareAsync(
            server,
            """{"prompt":"abc","max_tokens":4,"temperature":0,"exit_threshold":0.6,"settings":[{},{"max_loops":1},{"exit_policy":"fixed","max_loops":3}]}""");

        var answers = comparison.GetProperty("answers").EnumerateArray().ToList();
        Assert.All(answers, answer => Assert.Equal("h\u00e9l", answer.GetProperty("text").GetString()));
        Assert.Equal(["[4,2,2,2]", "[4,1,1,1]", "[4,3,3,3]"], answers.Select(answer => answer.GetProperty("exit_steps").GetRawText()));
        Assert.Equal([10, 7, 13], answers.Select(answer => answer.GetProperty("usage").GetProperty("loop_steps_total").GetInt32()));
        Assert.Equal(
            ["""{"exit_threshold":0.6}""", """{"exit_threshold":0.6,"max_loops":1}""",
                """{"exit_policy":"fixed","exit_threshold":0.6,"max_loops":3}"""],
            answers.Select(answer => answer.GetProperty("settings").GetRawText()));
        Assert.All(answers, answer => Assert.Equal(JsonValueKind.Null, answer.GetProperty("divergence").ValueKind));
        Assert.All(answers, answer => Assert.True(answer.GetProperty("seconds").GetDouble() > 0));
    }

    [Fact]
    public async Task Post_AnswersDiffer_SaysWhereTheyDiverge()
    {
        await using var server = await ServerHarness.StartAsync(text: "h\u00e9llo");
        server.Runner.SpellsByLoop = true;

        var comparison = await CompareAsync(
            server,
            """{"prompt":"abc","max_tokens":4,"temperature":0,"settings":[{"exit_policy":"fixed"},{"exit_policy":"trace","exit_trace":[4,4,4,1]}]}""");

        var other = comparison.GetProperty("answers")[1];
        Assert.Equal("""{"token":3,"character":2}""", other.GetProperty("divergence").GetRawText());
    }

    [Fact]
    public async Task Post_SameSeed_DrawsTheSame()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.Certainty = 1;

        var comparison = await CompareAsync(
            server, """{"prompt":"abc","max_tokens":20,"ignore_eos":true,"settings":[{"max_loops":1},{"max_loops":4}]}""");

        var answers = comparison.GetProperty("answers");
        Assert.Equal(answers[0].GetProperty("token_ids").GetRawText(), answers[1].GetProperty("token_ids").GetRawText());
    }

    [Fact]
    public async Task Post_EveryRuleBroken_IsRefusedWithItsCodeAndField()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxCompared=3");
        var found = new List<(string, string?, string?)>();
        foreach (var (body, _, _) in s_rules)
        {
            var (_, error) = await ServerHarness.RefuseAsync(server.Rest.PostAsync(Path, ServerHarness.Json(body)));
            found.Add((body, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        }

        Assert.Equal(s_rules.Select(rule => (rule.Body, (string?)rule.Code, (string?)rule.Param)), found);
    }

    [Fact]
    public async Task Post_NotAllFitTheQueue_IsRefusedWhole()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Engine:MaxQueuedRequests=1");

        var (response, error) = await ServerHarness.RefuseAsync(
            server.Rest.PostAsync(Path, ServerHarness.Json("""{"prompt":"a","settings":[{},{}]}""")));

        Assert.Equal((HttpStatusCode.TooManyRequests, "queue_full"), (response.StatusCode, error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Post_ModelFails_AnswersWith500()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.BeforeLoop = _ => throw new InvalidOperationException("secret");

        var (response, _) = await ServerHarness.RefuseAsync(
            server.Rest.PostAsync(Path, ServerHarness.Json("""{"prompt":"a","settings":[{},{}]}""")));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    private static async Task<JsonElement> CompareAsync(ServerHarness server, string body)
    {
        using var response = await server.Rest.PostAsync(Path, ServerHarness.Json(body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonElement.Parse(text);
    }
}
