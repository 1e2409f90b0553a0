using System.Text.Json;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>What the fields of completions do, beyond OpenAI's.</summary>
public sealed class CompletionFieldsTests
{
    [Theory]
    [InlineData("\"a<|im_end|>b\"", "a<|im_end|>b")]
    [InlineData("[97,258,98]", "a<|im_end|>b")]
    public async Task Post_EchoOfAPrompt_IsThePromptAsItWas(string prompt, string text)
    {
        await using var server = await ServerHarness.StartAsync(text: "c");

        var answer = await server.CompleteAsync($$"""{"prompt":{{prompt}},"max_tokens":1,"temperature":0,"echo":true,"logprobs":0}""");

        var choice = answer.GetProperty("choices")[0];
        Assert.Equal(text + "c", choice.GetProperty("text").GetString());
        Assert.Equal(text.Length, choice.GetProperty("logprobs").GetProperty("text_offset").EnumerateArray().Last().GetInt32());
    }

    [Theory]
    [InlineData("-1", "abcdefgh", "stop")]
    [InlineData("3.0", "abc", "length")]
    public async Task Post_MaxTokens_IsReadInAnySpelling(string tokens, string text, string finish)
    {
        await using var server = await ServerHarness.StartAsync(text: "abcdefgh", contextLength: 2048);

        foreach (var name in (string[])["max_tokens", "n_predict"])
        {
            var choice = (await server.CompleteAsync(
                $$"""{"prompt":"a","temperature":0,"{{name}}":{{tokens}}}""")).GetProperty("choices")[0];
            Assert.Equal((text, finish), (choice.GetProperty("text").GetString(), choice.GetProperty("finish_reason").GetString()));
        }
    }

    [Fact]
    public async Task Post_TopPOfZero_TakesTheMostProbableToken()
    {
        await using var server = await ServerHarness.StartAsync(text: "abcdefgh");
        server.Runner.Certainty = 1.5f;

        var choice = (await server.CompleteAsync(
            """{"prompt":"a","temperature":2,"top_p":0,"seed":3,"max_tokens":8}""")).GetProperty("choices")[0];

        Assert.Equal("abcdefgh", choice.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Post_LogprobTokenIds_StandBesideTheBest()
    {
        await using var server = await ServerHarness.StartAsync(text: "ab");

        var choice = (await server.CompleteAsync(
            """{"prompt":"a","temperature":0,"max_tokens":1,"logprobs":1,"logprob_token_ids":[120,97,121]}""")).GetProperty("choices")[0];

        var top = choice.GetProperty("logprobs").GetProperty("top_logprobs")[0];
        Assert.Equal(["a", "x", "y"], top.EnumerateObject().Select(each => each.Name));
    }

    [Fact]
    public async Task Stream_TokenThatEndsTheText_IsToldWithTheReason()
    {
        await using var server = await ServerHarness.StartAsync(text: "ab");

        var events = await server.StreamAsync("""{"prompt":"a","temperature":0,"max_tokens":8,"stream":true}""");

        var choices = events[..^1].ConvertAll(each => JsonElement.Parse(each).GetProperty("choices")[0]);
        Assert.Equal(["a", "b", ""], choices.Select(choice => choice.GetProperty("text").GetString()));
        Assert.Equal(["[4]", "[4]", "[4]"], choices.Select(choice => choice.GetProperty("exit_steps").GetRawText()));
        Assert.Equal("stop", choices[^1].GetProperty("finish_reason").GetString());
    }

    [Theory]
    [InlineData("regex", "\"[0-9]{3}\"")]
    [InlineData("json_schema", """{"type":"integer","minimum":100,"maximum":999}""")]
    [InlineData("format", """{"type":"integer","minimum":100,"maximum":999}""")]
    [InlineData("response_format", """{"type":"json_object","schema":{"type":"integer","minimum":100,"maximum":999}}""")]
    [InlineData("response_format", """{"type":"json_object","value":{"type":"integer","minimum":100,"maximum":999}}""")]
    public async Task Post_FormOfAnyDialect_IsEnforced(string field, string form)
    {
        await using var server = await ServerHarness.StartAsync(text: "Once upon a time");
        server.Runner.Certainty = 5;

        var choice = (await server.CompleteAsync(
            $$"""{"prompt":"a","temperature":0,"max_tokens":20,"{{field}}":{{form}}}""")).GetProperty("choices")[0];

        Assert.Matches("^[0-9]{3}$", choice.GetProperty("text").GetString());
    }
}
