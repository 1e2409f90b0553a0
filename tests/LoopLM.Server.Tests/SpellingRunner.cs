using LoopLM.Engine.Runners;

namespace LoopLM.Server.Tests;

/// <summary>Spells a text whatever the prompt: the row at the last prompt position yields its first byte, the next one its second, and so on; then it ends the text.</summary>
internal sealed class SpellingRunner(byte[] text, int vocabularySize, int endOfText) : IModelRunner
{
    public const int Loops = 4;

    private readonly Dictionary<int, LoopRow> _rows = [];
    private readonly Dictionary<int, int> _promptLengths = [];

    public string Name => "spelling";

    public ModelDescription Model { get; } = new()
    {
        VocabularySize = vocabularySize,
        HiddenSize = 1,
        Loops = Loops,
        ExitThreshold = 1,
        ContextLength = 64,
        HeadCost = 1,
    };

    /// <summary>Called before each loop; may wait or throw.</summary>
    public Action<LoopBatch>? BeforeLoop { get; set; }

    /// <summary>Sequences that ran and were not released.</summary>
    public int LiveSequences => _promptLengths.Count;

    public bool IsDisposed { get; private set; }

    /// <summary>Gate probability of every loop: 1/2, so that the CDF is 1/2, 3/4, 7/8.</summary>
    public void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges)
    {
        BeforeLoop?.Invoke(batch);
        gateLogits.Clear();
        stateChanges.Clear();
        foreach (var row in batch.Rows)
        {
            _rows[row.RowSlot] = row;
            _promptLengths.TryAdd(row.Sequence, 0);
        }
    }

    public void RunHead(ReadOnlySpan<int> rowSlots, Span<float> logits)
    {
        logits.Clear();
        for (var i = 0; i < rowSlots.Length; i++)
        {
            var row = _rows[rowSlots[i]];
            if (_promptLengths[row.Sequence] == 0)
            {
                _promptLengths[row.Sequence] = row.Position + 1;
            }

            var index = row.Position + 1 - _promptLengths[row.Sequence];
            logits[(i * vocabularySize) + (index < text.Length ? text[index] : endOfText)] = 1e9f;
        }
    }

    public void ReadStates(ReadOnlySpan<int> rowSlots, Span<float> states) => throw new NotSupportedException();

    public void Release(int sequence) => _promptLengths.Remove(sequence);

    public void Dispose() => IsDisposed = true;
}
