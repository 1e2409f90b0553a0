using LoopLM.Engine.Runners;
using LoopLM.Models;
using LoopLM.Server.Hosting;
using LoopLM.Server.Models;
using Microsoft.Extensions.DependencyInjection;

namespace LoopLM.Server.Tests.Models;

/// <summary>What all models take together is compared with what there is, before anything of it is taken.</summary>
public sealed class MemoryCheckTests
{
    [Fact]
    public async Task Start_ModelsFitAloneButNotTogether_ListsWhatEachTakesAndOpensNone()
    {
        var share = (HostMemory.Read().Total / 4) * 3;
        RunnerMemory[] memory =
        [
            new(KeysAndValues: share, Weights: 0, Rows: 1 << 30, Mapped: 0),
            new(KeysAndValues: 0, Weights: share, Rows: 0, Mapped: share),
        ];

        var problems = await ProblemsAsync(
            memory, [.. ServerHarness.SeveralModels("one", "two"), "--Kv:Type=bfloat16", "--Models:1:Engine:KvSlots=512"]);

        Assert.Collection(
            problems,
            line => Assert.Matches(
                @"^The models need \d+\.\d\d GiB of memory, and the machine or its container has \d+\.\d\d GiB\. Serve fewer models, or change their settings:$",
                line),
            line => Assert.Matches(@"^Model 'one': \d+\.\d\d GiB for Engine:KvSlots=\d+; 1\.00 GiB for Engine:MaxRows=256\.$", line),
            line => Assert.Matches(
                @"^Model 'two': 0 MiB for Models:1:Engine:KvSlots=512; \d+\.\d\d GiB for weights in Models:1:Weights=auto, .*looplm quantize.*; 0 MiB for Models:1:Engine:MaxRows=256\.$",
                line));
    }

    [Fact]
    public async Task Start_MappedWeightsBeyondTheMemory_AreNoProblem() =>
        Assert.Empty(await ProblemsAsync([new(0, 0, 0, Mapped: 2 * HostMemory.Read().Total)], ServerHarness.SeveralModels("one")));

    [Theory]
    [InlineData("Engine:KvSlots is 3; it must be at least 4, the slots of one token.", "--Engine:KvSlots=3")]
    [InlineData("Engine:MaxLoops is 3; it must be at least 4, the model's loops.", "--Engine:MaxLoops=3")]
    public async Task Start_EngineTooSmallForTheModel_IsToldBeforeTheModelLoads(string problem, string setting) =>
        Assert.Equal(
            $"Model 'one': {problem}", Assert.Single(await ProblemsAsync([default], [.. ServerHarness.SeveralModels("one"), setting])));

    private static async Task<List<string>> ProblemsAsync(RunnerMemory[] memory, string[] settings)
    {
        // The server requests the factories of its models in their order.
        var next = new Queue<RunnerMemory>(memory);
        var runners = new ModelRunners(
            ("none", (_, _) => new TestRunnerFactory(_ => throw new InvalidOperationException("opened"), next.Dequeue())));
        await using var app = ServerApplication.Build(ServerHarness.Arguments(settings), runners);
        return Record.Exception(app.Services.GetRequiredService<ServedModels>().Open) is { } exception
            ? ServerApplication.Reasons(exception)
            : [];
    }
}
