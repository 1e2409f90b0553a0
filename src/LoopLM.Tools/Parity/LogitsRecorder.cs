using LoopLM.Engine.Runners;

namespace LoopLM.Tools.Parity;

/// <summary>Keeps the logits of every row that goes through a runner's head, in order.</summary>
internal sealed class LogitsRecorder(IModelRunner runner) : IModelRunner
{
    /// <summary>The recorded logits, row after row.</summary>
    public List<float> Logits { get; } = [];

    public string Name => runner.Name;

    public ModelDescription Model => runner.Model;

    public void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges) =>
        runner.RunLoop(batch, gateLogits, stateChanges);

    public void RunHead(LoopBatch rows, Span<float> logits)
    {
        runner.RunHead(rows, logits);
        Logits.AddRange(logits);
    }

    public void ReadStates(ReadOnlySpan<int> rowSlots, Span<float> states) => runner.ReadStates(rowSlots, states);

    public void Release(int sequence) => runner.Release(sequence);

    public void Dispose() => runner.Dispose();
}
