using LoopLM.Testing;
using LoopLM.Tools.Soak;

namespace LoopLM.Tools.Tests.Soak;

[Collection(typeof(AloneInTheProcess))]
public sealed class SoakRunTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Run_RunnerThatFails_LosesAndLeavesNothing()
    {
        await using var server = await FaultyServer.StartAsync(Path.Combine(TestData.Root, "models", "looplm-bytes"));

        var report = await SoakRun.RunAsync(
            new SoakOptions
            {
                Rest = server.Rest,
                Grpc = server.Grpc,
                Calls = 60,
                Clients = 4,
                Seed = 3,
                Faults = true,
                Process = Environment.ProcessId,
            },
            server.LoseDeviceAsync).WaitAsync(s_patience);

        Assert.True(report.Problems.Count == 0, string.Join('\n', report.Problems.Concat(report.Lines)));
        var lines = string.Join('\n', report.Lines);
        Assert.All(
            ["/v1/completions: answered", "streamed: answered", "left: ", "slow reader: ", "malformed: 400", "grpc: answered",
                "grpc cancelled: Cancelled", "grpc malformed: InvalidArgument", "failed ", "device lost: 503"],
            part => Assert.Contains(part, lines, StringComparison.Ordinal));
    }
}
