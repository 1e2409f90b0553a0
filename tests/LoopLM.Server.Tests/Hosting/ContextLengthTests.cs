using System.Text.Json;
using LoopLM.Models;
using LoopLM.Server.Hosting;
using LoopLM.Server.Models;

namespace LoopLM.Server.Tests.Hosting;

/// <summary>A context that is shorter than the checkpoint's, through everything with a real runner.</summary>
public sealed class ContextLengthTests
{
    [Fact]
    public async Task ContextLength_OfOneModel_HoldsForItAlone()
    {
        await using var app = ServerApplication.Build(
            ServerHarness.Arguments([.. ServerHarness.SeveralModels("short", "long"), "--Models:0:ContextLength=32", "--Model:Threads=1"]),
            ModelRunners.BuiltIn);
        await app.StartAsync();
        var models = (ServedModels)app.Services.GetService(typeof(ServedModels))!;
        await Task.WhenAll(models.All.Select(model => model.Engine.Opened)).WaitAsync(ServerHarness.Patience);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Last()), Timeout = ServerHarness.Patience };

        var list = JsonElement.Parse(await client.GetStringAsync("/v1/models")).GetProperty("data");
        var (_, error) = await ServerHarness.RefuseAsync(
            client.PostAsync("/v1/completions", ServerHarness.Json("""{"prompt":"abcdef","max_tokens":27}""")));
        using var answered = await client.PostAsync(
            "/v1/completions", ServerHarness.Json("""{"model":"long","prompt":"abcdef","max_tokens":27}"""));

        Assert.Equal([32, 2048], list.EnumerateArray().Select(model => model.GetProperty("max_model_len").GetInt32()));
        Assert.Equal("context_length_exceeded", error.GetProperty("code").GetString());
        Assert.Contains("maximum context length is 32 tokens", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        answered.EnsureSuccessStatusCode();
        await app.StopAsync().WaitAsync(ServerHarness.Patience);
    }
}
