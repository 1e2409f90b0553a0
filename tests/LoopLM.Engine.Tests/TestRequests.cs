using LoopLM.Engine.Exits;
using LoopLM.Engine.Requests;

namespace LoopLM.Engine.Tests;

/// <summary>Requests as tests need them.</summary>
internal static class TestRequests
{
    public static GenerationRequest Greedy(int promptLength, int maxTokens, ExitSettings? exit = null, int salt = 0) => new()
    {
        Prompt = Enumerable.Range(0, promptLength).Select(i => ((i * 7) + 3 + salt) % 64).ToArray(),
        MaxTokens = maxTokens,
        Exit = exit ?? new ExitSettings(),
    };

    public static ExitSettings QExit(float threshold, int? minLoops = null, int? maxLoops = null) =>
        new() { Policy = "q-exit", Threshold = threshold, MinLoops = minLoops, MaxLoops = maxLoops };
}
