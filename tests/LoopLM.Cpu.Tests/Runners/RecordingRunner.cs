using LoopLM.Engine.Runners;

namespace LoopLM.Cpu.Tests.Runners;

/// <summary>Keeps the logits of every row that goes through a runner's head, by the first token of the row's prompt.</summary>
internal sealed class RecordingRunner(IModelRunner runner) : IModelRunner
{
    private readonly Dictionary<int, int> _firstTokens = [];

    public Dictionary<int, List<float[]>> Logits { get; } = [];

    public string Name => runner.Name;

    public ModelDescription Model => runner.Model;

    public void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges)
    {
        foreach (var row in batch.Rows)
        {
            if (row is { Position: 0, Loop: 1 })
            {
                _firstTokens[row.Sequence] = row.Token;
            }
        }

        runner.RunLoop(batch, gateLogits, stateChanges);
    }

    public void RunHead(LoopBatch rows, Span<float> logits)
    {
        runner.RunHead(rows, logits);
        for (var i = 0; i < rows.Rows.Length; i++)
        {
            var firstToken = _firstTokens[rows.Rows[i].Sequence];
            if (!Logits.TryGetValue(firstToken, out var kept))
            {
                Logits.Add(firstToken, kept = []);
            }

            kept.Add(logits.Slice(i * Model.VocabularySize, Model.VocabularySize).ToArray());
        }
    }

    public void ReadStates(ReadOnlySpan<int> rowSlots, Span<float> states) => runner.ReadStates(rowSlots, states);

    public void Release(int sequence) => runner.Release(sequence);

    public void Dispose() => runner.Dispose();
}
