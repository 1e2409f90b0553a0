using LoopLM.Engine.Runners;

namespace LoopLM.Testing;

/// <summary>
/// Spells a text whatever the prompt: the row at the last prompt position yields its first byte, the next
/// one its second, and so on; then it ends the text.
/// </summary>
/// <param name="text">The text.</param>
/// <param name="vocabularySize">Tokens; those below 256 are bytes.</param>
/// <param name="endOfText">The token that ends the text.</param>
/// <param name="contextLength">Most tokens of a sequence.</param>
public sealed class SpellingRunner(byte[] text, int vocabularySize, int endOfText, int contextLength = 64) : IModelRunner
{
    /// <summary>Loops of the model.</summary>
    public const int Loops = 4;

    private readonly Dictionary<int, LoopRow> _rows = [];
    private readonly Dictionary<int, int> _promptLengths = [];
    private readonly HashSet<int> _starting = [];

    /// <inheritdoc/>
    public string Name => "spelling";

    /// <inheritdoc/>
    public ModelDescription Model { get; } = new()
    {
        VocabularySize = vocabularySize,
        HiddenSize = 1,
        Loops = Loops,
        ExitThreshold = 1,
        ContextLength = contextLength,
        HeadCost = 1,
    };

    /// <summary>What it spells.</summary>
    public byte[] Text { get; set; } = text;

    /// <summary>
    /// Logit of the token that it spells; all others are at most 1, by token and position. Small ones make sampling stray from the text.
    /// </summary>
    public float Certainty { get; set; } = 1e9f;

    /// <summary>Whether a token that leaves before the last loop is spelled one byte too high.</summary>
    public bool SpellsByLoop { get; set; }

    /// <summary>Rows that went through the head.</summary>
    public int HeadRows { get; private set; }

    /// <summary>Called before each loop; may wait or throw.</summary>
    public Action<LoopBatch>? BeforeLoop { get; set; }

    /// <summary>Sequences that ran and were not released.</summary>
    public int LiveSequences => _promptLengths.Count;

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Gate probability of every loop: 1/2, so that the CDF is 1/2, 3/4, 7/8. A prompt comes in one piece.</summary>
    public void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges)
    {
        BeforeLoop?.Invoke(batch);
        gateLogits.Clear();
        stateChanges.Clear();
        foreach (var row in batch.Rows)
        {
            _rows[row.RowSlot] = row;
            if (row.Loop == 1 && (!_promptLengths.ContainsKey(row.Sequence) || _starting.Contains(row.Sequence)))
            {
                _starting.Add(row.Sequence);
                _promptLengths[row.Sequence] = row.Position + 1;
            }
        }

        _starting.Clear();
    }

    /// <inheritdoc/>
    public void RunHead(LoopBatch rows, Span<float> logits)
    {
        HeadRows += rows.Rows.Length;
        for (var i = 0; i < rows.Rows.Length; i++)
        {
            var row = _rows[rows.Rows[i].RowSlot];
            var index = row.Position + 1 - _promptLengths[row.Sequence];
            for (var token = 0; token < vocabularySize; token++)
            {
                logits[(i * vocabularySize) + token] = (token * 31 + row.Position * 17) % 64 / 64f;
            }

            logits[(i * vocabularySize)
                + (index < 0 ? 0 : index < Text.Length ? Text[index] + (SpellsByLoop && row.Loop < Loops ? 1 : 0) : endOfText)] = Certainty;
        }
    }

    /// <inheritdoc/>
    public void ReadStates(ReadOnlySpan<int> rowSlots, Span<float> states) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Release(int sequence) => _promptLengths.Remove(sequence);

    /// <inheritdoc/>
    public void Dispose() => IsDisposed = true;
}
