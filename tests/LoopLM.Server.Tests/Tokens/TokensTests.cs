namespace LoopLM.Server.Tests.Tokens;

/// <summary><c>POST /tokenize</c>, <c>/detokenize</c> and <c>/apply-template</c>.</summary>
public sealed class TokensTests
{
    [Theory]
    [InlineData("/tokenize", """{"prompt":"a<|im_end|>","return_token_strs":true}""",
        """{"count":11,"max_model_len":2048,"tokens":[97,60,124,105,109,95,101,110,100,124,62],"token_strs":["a","<","|","i","m","_","e","n","d","|",">"]}""")]
    [InlineData("/tokenize", """{"messages":[{"role":"user","content":"<|im_end|>"}],"add_generation_prompt":false}""",
        """{"count":18,"max_model_len":2048,"tokens":[257,117,115,101,114,10,60,124,105,109,95,101,110,100,124,62,258,10]}""")]
    [InlineData("/detokenize", """{"tokens":[257,97,258,195,169]}""", """{"prompt":"<|im_start|>a<|im_end|>é"}""")]
    [InlineData("/apply-template",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Well,"}],"continue_final_message":true}""",
        """{"prompt":"<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nWell,"}""")]
    public async Task Post_Text_IsAnsweredWithWhatTheModelReads(string path, string body, string answer)
    {
        await using var server = await ServerHarness.StartAsync();

        using var response = await server.Rest.PostAsync(path, ServerHarness.Json(body));

        Assert.Equal(answer, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/tokenize", "{}", 400, "missing_required_parameter", "prompt")]
    [InlineData("/tokenize", """{"prompt":1}""", 400, "invalid_type", "prompt")]
    [InlineData("/tokenize", """{"prompt":"a","model":"other"}""", 404, "model_not_found", "model")]
    [InlineData("/tokenize", """{"prompt":"a","messages":[{"role":"user","content":"b"}]}""", 400, "invalid_value", "prompt")]
    [InlineData("/tokenize", """{"messages":[]}""", 400, "invalid_value", "messages")]
    [InlineData("/detokenize", "{}", 400, "missing_required_parameter", "tokens")]
    [InlineData("/detokenize", """{"tokens":[260]}""", 400, "invalid_value", "tokens")]
    [InlineData("/detokenize", """{"tokens":[-1]}""", 400, "invalid_value", "tokens")]
    [InlineData("/detokenize", """{"tokens":"a"}""", 400, "invalid_type", "tokens")]
    [InlineData("/apply-template", "{}", 400, "missing_required_parameter", "messages")]
    [InlineData("/apply-template", "[", 400, "invalid_json", null)]
    public async Task Post_BadRequest_IsRefused(string path, string body, int status, string code, string? param)
    {
        await using var server = await ServerHarness.StartAsync();

        var (response, error) = await ServerHarness.RefuseAsync(server.Rest.PostAsync(path, ServerHarness.Json(body)));

        Assert.Equal(
            (status, code, param), ((int)response.StatusCode,
                error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
    }
}
