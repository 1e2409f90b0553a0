using LoopLM.Server.Configuration;

namespace LoopLM.Server.Hosting;

/// <summary>What a runner is opened with.</summary>
/// <param name="Model">Device, weights and threads.</param>
/// <param name="Kv">How keys and values are held.</param>
/// <param name="Logger">Where it says what it does and how far it is.</param>
public sealed record RunnerSettings(ModelOptions Model, KvOptions Kv, ILogger Logger);
