using System.Text.Json;
using LoopLM.Cpu.Runners;
using LoopLM.Engine.Execution;
using LoopLM.Server.Hosting;
using LoopLM.Torch.Runners;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace LoopLM.Server.Tests.Hosting;

/// <summary>The model that a newcomer meets, through everything: its checkpoint, its tokenizer, a real runner, HTTP.</summary>
public sealed class BundledModelTests
{
    [Theory]
    [InlineData("cpu")]
    [InlineData("torch")]
    public async Task Post_SumThenText_EasyBytesLeaveBeforeHardOnes(string runner)
    {
        var runners = new Runners(
            ("cpu", (checkpoint, capacity, _) => new CpuModelRunner(checkpoint, capacity, new CpuRunnerOptions())),
            ("torch", (checkpoint, capacity, _) => new TorchModelRunner(checkpoint, capacity, new TorchRunnerOptions { Threads = 1 })));
        await using var app = ServerApplication.Build(ServerHarness.Arguments("--Engine:KvSlots=1024", $"--Model:Runner={runner}"), runners);
        await app.StartAsync();
        var engine = app.Services.GetRequiredService<InferenceEngine>();
        await engine.Opened.WaitAsync(ServerHarness.Patience);
        using var client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Last()) };

        using var response = await client.PostAsync(
            "/v1/completions", ServerHarness.Json("""{"prompt":"12+30=","max_tokens":24,"temperature":0,"exit_threshold":0.2}""")).WaitAsync(ServerHarness.Patience);

        var choice = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("choices")[0];
        var steps = choice.GetProperty("exit_steps").EnumerateArray().Select(step => step.GetInt32()).ToArray();
        Assert.StartsWith("42\n", choice.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal([4, 4, 2], steps[..3]);
        Assert.InRange(steps[3..].Average(), 1, 1.5);

        await app.StopAsync().WaitAsync(ServerHarness.Patience);
        Assert.Equal((0, 0), (engine.Snapshot.UsedKvSlots, engine.Snapshot.RunningSequences));
    }
}
