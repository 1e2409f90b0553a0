using System.Net;

namespace LoopLM.Server.Tests.Access;

/// <summary>What a benchmark does: many requests at once.</summary>
public sealed class BurstTests
{
    [Fact]
    public async Task Post_ThousandAtOnce_AreAllAnswered()
    {
        await using var server = await ServerHarness.StartAsync(text: "ab");
        var prompt = new string('a', 60);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async _ =>
        {
            using var response = await server.PostAsync($$"""{"prompt":"{{prompt}}","max_tokens":3}""");
            return response.StatusCode;
        }));

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
    }
}
