using System.Net;
using System.Text.Json;
using LoopLM.Protocol.V1;

namespace LoopLM.Server.Tests.TextGeneration;

/// <summary>What a checkpoint's generation_config.json and the server's configuration say goes where a request says nothing.</summary>
public sealed class GenerationDefaultsTests
{
    private const string File = "generation_config.json";
    private const string Prompt = "\"prompt\":\"a\",\"max_tokens\":5,\"seed\":1";
    private const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"max_tokens\":5,\"seed\":1";
    private const string Greedy = "héll";

    /// <summary>Requests that say nothing of sampling, and where their text is.</summary>
    public static TheoryData<string, string, string> Endpoints => new()
    {
        { "/v1/completions", $"{{{Prompt}}}", "choices.0.text" },
        { "/v1/chat/completions", $"{{{Messages}}}", "choices.0.message.content" },
        { "/v1/responses", """{"input":"a","max_output_tokens":5,"seed":1}""", "output.0.content.0.text" },
        { "/v1/loop/compare", $$"""{{{Prompt}},"settings":[{"max_loops":4},{"max_loops":4,"exit_threshold":1}]}""", "answers.0.text" },
    };

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Answer_CheckpointDoesNotSample_IsGreedy(string path, string body, string text)
    {
        using var model = new AlteredModel().Write(File, """{"do_sample": false}""");
        await using var server = await StartAsync(model);

        Assert.Equal(Greedy, Find(await AskAsync(server, path, body), text).GetString());
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Answer_NothingSaysHow_Samples(string path, string body, string text)
    {
        using var model = new AlteredModel();
        await using var server = await StartAsync(model);

        Assert.NotEqual(Greedy, Find(await AskAsync(server, path, body), text).GetString());
    }

    [Theory]
    [InlineData("{\"do_sample\": false}", "--Model:Sampling:Temperature=1", null, false)]
    [InlineData("{\"do_sample\": false}", "--Model:GenerationConfig=none", null, false)]
    [InlineData("{\"temperature\": 2}", "--Model:Sampling:Temperature=0", null, true)]
    [InlineData("{\"temperature\": 2, \"top_k\": 1}", "--Model:Sampling:TopP=0.9", null, true)]
    [InlineData("{\"do_sample\": false}", "--Model:Sampling:Temperature=0", "\"temperature\":1", false)]
    [InlineData("{\"top_k\": 1}", "--Model:Sampling:MinP=0", "\"top_k\":-1", false)]
    [InlineData("{\"top_k\": 1}", "--Model:Sampling:MinP=0", "\"top_k\":0", false)]
    [InlineData("{}", "--Model:Sampling:TopK=1", "\"top_p\":1", true)]
    public async Task Answer_SeveralSay_TheNearestToTheRequestGoes(string file, string setting, string? field, bool isGreedy)
    {
        using var model = new AlteredModel().Write(File, file);
        await using var server = await StartAsync(model, setting);

        var answer = await AskAsync(server, "/v1/completions", $"{{{Prompt}{(field is null ? "" : "," + field)}}}");
        Assert.Equal(isGreedy, Find(answer, "choices.0.text").GetString() == Greedy);
    }

    [Fact]
    public async Task Generate_CheckpointDoesNotSample_IsGreedy()
    {
        using var model = new AlteredModel().Write(File, """{"do_sample": false}""");
        await using var server = await StartAsync(model);
        using var call = new Inference.InferenceClient(server.Channel).Generate(
            new GenerateRequest { Text = "a", MaxTokens = 5, Seed = 1 });

        var text = "";
        while (await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(ServerHarness.Patience))
        {
            text += call.ResponseStream.Current.Token?.Text + call.ResponseStream.Current.Finish?.Text;
        }

        Assert.Equal(Greedy, text);
    }

    [Fact]
    public async Task Responses_DefaultsOfTheModel_AreToldAsUsed()
    {
        using var model = new AlteredModel().Write(File, """{"temperature": 0.6, "top_p": 0.95}""");
        await using var server = await StartAsync(model, "--Model:Sampling:TopP=0.5");

        var answer = await AskAsync(server, "/v1/responses", """{"input":"a","max_output_tokens":1}""");
        Assert.Equal((0.6f, 0.5f), (Find(answer, "temperature").GetSingle(), Find(answer, "top_p").GetSingle()));
    }

    [Theory]
    [InlineData("[256, 108]", "hé", "stop")]
    [InlineData("108", "hé", "stop")]
    [InlineData("256", "héllo, wörld. Go", "length")]
    public async Task Answer_CheckpointNamesEndTokens_EndsAtThem(string ids, string text, string reason)
    {
        using var model = new AlteredModel().Write(File, $$"""{"eos_token_id": {{ids}}, "do_sample": false}""");
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting]);

        foreach (var (path, body, where) in ((string, string, string)[])[
            ("/v1/completions", """{"prompt":"a","max_tokens":18}""", "choices.0.text"),
            ("/v1/chat/completions", """{"messages":[{"role":"user","content":"a"}],"max_tokens":18}""", "choices.0.message.content")])
        {
            var answer = await AskAsync(server, path, body);
            Assert.Equal((text, reason), (Find(answer, where).GetString(), Find(answer, "choices.0.finish_reason").GetString()));
        }
    }

    [Fact]
    public async Task Answer_CheckpointForbidsTokens_HasNoneOfThem()
    {
        using var model = new AlteredModel().Write(
            File, """{"suppress_tokens": [108], "bad_words_ids": [[111, 44]], "do_sample": false}""");
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting]);

        var text = Find(await AskAsync(server, "/v1/completions", """{"prompt":"a","max_tokens":18,"bad_words":["w"]}"""), "choices.0.text")
            .GetString()!;
        Assert.DoesNotContain('l', text);
        Assert.DoesNotContain('w', text);
        Assert.DoesNotContain("o,", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_CheckpointLimitsNewTokens_EndsThere()
    {
        using var model = new AlteredModel().Write(File, """{"max_new_tokens": 3, "do_sample": false}""");
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting]);

        var answer = await AskAsync(server, "/v1/chat/completions", """{"messages":[{"role":"user","content":"a"}]}""");
        Assert.Equal(3, Find(answer, "usage.completion_tokens").GetInt32());
    }

    [Theory]
    [InlineData("marked {{ messages[0].content }}</think>")]
    [InlineData("marked {{ messages[0].name }}</think>")]
    public async Task Chat_MessageNamesAnAddedTokenThatIsNotSpecial_SpellsItOut(string template)
    {
        using var model = new AlteredModel().Write("chat_template.jinja", template)
            .Set(
                "tokenizer.json", "added_tokens.3",
                """{"id": 259, "content": "</think>", "special": false, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}""");
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting]);

        var answer = await AskAsync(
            server, "/tokenize", """{"messages":[{"role":"user","content":"close </think> now","name":"</think>"}]}""");
        int[] tokens = [.. answer.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32())];
        Assert.Equal(259, tokens[^1]);
        Assert.Equal(1, tokens.Count(token => token == 259));
    }

    [Fact]
    public async Task Tokenize_PromptNamesAnAddedTokenThatIsNotSpecial_GivesIt()
    {
        using var model = new AlteredModel()
            .Set(
                "tokenizer.json", "added_tokens.3",
                """{"id": 259, "content": "</think>", "special": false, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}""");
        await using var server = await ServerHarness.StartAsync(settings: [model.Setting]);

        var answer = await AskAsync(server, "/tokenize", """{"prompt":"</think><|im_end|>"}""");
        Assert.Equal([259, .. "<|im_end|>".Select(unit => (int)unit)],
            answer.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32()));
    }

    // So little certainty that sampling strays from the text at once.
    private static async Task<ServerHarness> StartAsync(AlteredModel model, params string[] settings)
    {
        var server = await ServerHarness.StartAsync(settings: [model.Setting, .. settings]);
        server.Runner.Certainty = 1.5f;
        return server;
    }

    private static async Task<JsonElement> AskAsync(ServerHarness server, string path, string body)
    {
        using var response = await server.Rest.PostAsync(path, ServerHarness.Json(body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonElement.Parse(text);
    }

    private static JsonElement Find(JsonElement json, string path) => path.Split('.').Aggregate(
        json, (element, name) => int.TryParse(name, out var index) ? element[index] : element.GetProperty(name));
}
