using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoopLM.Engine.Runners;

/// <summary>What an operator sets of any runner. A runner's factory reads what concerns it, and checks it.</summary>
public sealed record RunnerSettings
{
    /// <summary>
    /// How matrices are held: <c>float32</c>, <c>bfloat16</c>, <c>int8</c>, <c>int4</c>, or <c>auto</c>,
    /// which lets the runner choose. Default: <c>auto</c>.
    /// </summary>
    public string Weights { get; init; } = "auto";

    /// <summary>How the cpu runner holds keys and values: <c>float32</c>, <c>bfloat16</c> or <c>auto</c>. Default: <c>auto</c>.</summary>
    public string Kv { get; init; } = "auto";

    /// <summary>Where the torch runner computes: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. Default: <c>cpu</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads that compute, from 1. Default: the runner's choice, about one for each processor.</summary>
    public int? Threads { get; init; }

    /// <summary>Receives what the runner uses and how far it is. Default: none.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
