using LoopLM.Engine.Runners;

namespace LoopLM.Tools.Soak;

/// <summary>
/// A runner made of hashes that fails on purpose. What it says follows from the tokens of a sequence
/// alone; when it fails, from the number of the tick.
/// </summary>
/// <param name="vocabularySize">Tokens.</param>
/// <param name="capacity">Room for rows.</param>
internal sealed class FaultyRunner(int vocabularySize, RunnerCapacity capacity) : IModelRunner
{
    private const int Loops = 4;
    private const int ThrowEvery = 199;
    private const int NaNEvery = 101;
    private const int HangEvery = 499;
    private static readonly TimeSpan s_hang = TimeSpan.FromMilliseconds(400);

    private readonly ulong[] _states = new ulong[capacity.Rows];
    private long _tick;
    private volatile bool _isLost;

    /// <inheritdoc/>
    public string Name => "faulty";

    /// <inheritdoc/>
    public ModelDescription Model { get; } = new()
    {
        VocabularySize = vocabularySize,
        HiddenSize = 1,
        Loops = Loops,
        ExitThreshold = 1,
        ContextLength = 2048,
        HeadCost = 1,
    };

    /// <summary>Loses the device with the next loop.</summary>
    public void LoseDevice() => _isLost = true;

    /// <inheritdoc/>
    public void RunLoop(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges)
    {
        _tick++;
        if (_isLost)
        {
            throw new DeviceLostException("The device is lost on purpose.", null);
        }

        if (_tick % ThrowEvery == 0)
        {
            throw new InvalidOperationException("The runner fails on purpose.");
        }

        if (_tick % HangEvery == 0)
        {
            Thread.Sleep(s_hang);
        }

        for (var i = 0; i < batch.Rows.Length; i++)
        {
            var row = batch.Rows[i];
            var state = Mix((row.Loop == 1 ? (ulong)row.Token : _states[row.RowSlot]) + ((ulong)row.Position << 8) + (ulong)row.Loop);
            _states[row.RowSlot] = state;
            if (!gateLogits.IsEmpty)
            {
                gateLogits[i] = (state >> 40) / (float)(1 << 23) - 1;
            }

            if (!stateChanges.IsEmpty)
            {
                stateChanges[i] = row.Loop == 1 ? float.PositiveInfinity : 1f / row.Loop;
            }
        }
    }

    /// <inheritdoc/>
    public void RunHead(LoopBatch rows, Span<float> logits)
    {
        for (var i = 0; i < rows.Rows.Length; i++)
        {
            var row = logits.Slice(i * Model.VocabularySize, Model.VocabularySize);
            for (var token = 0; token < row.Length; token++)
            {
                row[token] = (Mix(_states[rows.Rows[i].RowSlot] + (ulong)token) >> 40) / (float)(1 << 22);
            }

            if (_tick % NaNEvery == 0 && i == 0)
            {
                row[0] = float.NaN;
            }
        }
    }

    /// <inheritdoc/>
    public void ReadStates(ReadOnlySpan<int> rowSlots, Span<float> states)
    {
        for (var i = 0; i < rowSlots.Length; i++)
        {
            states[i] = _states[rowSlots[i]] >> 40;
        }
    }

    /// <inheritdoc/>
    public void Release(int sequence)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 31)) * 0x7FB5D329728EA185;
        value = (value ^ (value >> 27)) * 0x81DADEF4BC2DD44D;
        return value ^ (value >> 33);
    }
}
