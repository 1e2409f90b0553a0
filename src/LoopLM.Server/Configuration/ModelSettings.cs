using LoopLM.Engine.Configuration;
using LoopLM.Engine.Runners;

namespace LoopLM.Server.Configuration;

/// <summary>The settings of one model. Sections are for messages: what is not visible in them is escaped.</summary>
/// <param name="Section">Where they are: <c>Model</c> or <c>Models:N</c>.</param>
/// <param name="Model">Its checkpoint and what computes it.</param>
/// <param name="KvSection">Where those of its keys and values are: <c>Kv</c>, or <c>Models:N:Kv</c> where it has its own.</param>
/// <param name="Kv">Its keys and values.</param>
/// <param name="EngineSection">Where those of its engine are: <c>Engine</c>, or <c>Models:N:Engine</c> where it has its own.</param>
/// <param name="Engine">Its engine.</param>
internal sealed record ModelSettings(
    string Section, ModelOptions Model, string KvSection, KvOptions Kv, string EngineSection, EngineOptions Engine)
{
    /// <summary>What its runner is opened with.</summary>
    /// <param name="logger">Receives what the runner uses and how far it is.</param>
    public RunnerSettings ToRunner(ILogger logger) => new()
    {
        Weights = Model.Weights,
        Kv = Kv.Type,
        Device = Model.Device,
        Threads = Model.Threads,
        Logger = logger,
    };
}
