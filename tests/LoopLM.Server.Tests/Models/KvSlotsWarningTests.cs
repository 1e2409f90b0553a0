using LoopLM.Checkpoints.Configuration;
using LoopLM.Engine.Configuration;
using LoopLM.Server.Configuration;
using LoopLM.Server.Models;

namespace LoopLM.Server.Tests.Models;

public sealed class KvSlotsWarningTests
{
    [Theory]
    [InlineData(8192, null)]
    [InlineData(8191,
        "Model m: Engine:KvSlots is 8191, and a request of the whole context of 2048 tokens needs 8192: longer ones than 2047 tokens are refused.")]
    public void Log_SlotsForTheContext_WarnsWhereTheyAreTooFew(int slots, string? warning)
    {
        var lines = new LogLines<KvSlotsWarningTests>();
        var config = ModelConfig.Load(Path.Combine(ServerHarness.BundledFolder, "config.json"));

        KvSlotsWarning.Log(
            lines, new ModelSettings(
                "Model", new ModelOptions { Path = "m" }, "Kv", new KvOptions(), "Engine", new EngineOptions { KvSlots = slots }), config);

        Assert.Equal(warning is null ? 0 : 1, lines.Lines.Count);
        Assert.All(lines.Lines, line => Assert.StartsWith(warning!, line, StringComparison.Ordinal));
    }
}
