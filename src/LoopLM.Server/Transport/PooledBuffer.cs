using System.Buffers;

namespace LoopLM.Server.Transport;

/// <summary>
/// Takes bytes in chunks that it borrows from a pool, so that no buffer grows by copying and every chunk goes back as soon as it is done
/// with. Where the budget has no room for the next chunk, what is written from then on goes nowhere.
/// </summary>
/// <param name="held">What is charged for the chunks.</param>
internal sealed class PooledBuffer(HeldBytes held) : IBufferWriter<byte>, IDisposable
{
    /// <summary>
    /// Bytes of a chunk, unless a writer requests more in one piece. Larger arrays would live where the collector seldom looks.
    /// </summary>
    public const int ChunkBytes = 16 << 10;

    private readonly Queue<(byte[] Bytes, int Length)> _full = new();
    private byte[] _last = [];
    private byte[] _taken = [];
    private int _lastLength;
    private long _borrowed;

    /// <summary>Bytes that were written and not taken.</summary>
    public long Length { get; private set; }

    /// <summary>Whether the budget had no room for all of it.</summary>
    public bool IsOverBudget { get; private set; }

    public void Advance(int count)
    {
        _lastLength += count;
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_last.Length - _lastLength < Math.Max(1, sizeHint))
        {
            Grow(Math.Max(sizeHint, ChunkBytes));
        }

        return _last.AsMemory(_lastLength);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Takes the next chunk, which is valid until the next call and then goes back to the pool.</summary>
    public bool TryTake(out ReadOnlyMemory<byte> chunk)
    {
        GiveBack(_taken);
        (_taken, var length) = _full.TryDequeue(out var full) ? full : (_last, _lastLength);
        if (ReferenceEquals(_taken, _last))
        {
            (_last, _lastLength) = ([], 0);
        }

        Length -= length;
        chunk = _taken.AsMemory(0, length);
        return length > 0;
    }

    /// <summary>Copies all of it into one array.</summary>
    public byte[] ToArray()
    {
        var all = new byte[Length];
        var at = 0;
        foreach (var (bytes, length) in _full.Append((_last, _lastLength)))
        {
            bytes.AsSpan(0, length).CopyTo(all.AsSpan(at));
            at += length;
        }

        return all;
    }

    /// <summary>Gives everything back. The buffer is then empty.</summary>
    public void Dispose()
    {
        while (_full.TryDequeue(out var chunk))
        {
            GiveBack(chunk.Bytes);
        }

        GiveBack(_last);
        GiveBack(_taken);
        (_last, _taken, _lastLength, Length) = ([], [], 0, 0);
    }

    private void Grow(int size)
    {
        if (!IsOverBudget && !held.TryHold(_borrowed + size))
        {
            IsOverBudget = true;
            Dispose();
        }

        if (_lastLength > 0 && !IsOverBudget)
        {
            _full.Enqueue((_last, _lastLength));
        }
        else
        {
            GiveBack(_last);
        }

        _last = ArrayPool<byte>.Shared.Rent(size);
        _lastLength = 0;
        _borrowed += _last.Length;
    }

    private void GiveBack(byte[] chunk)
    {
        if (chunk.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(chunk);
            _borrowed -= chunk.Length;
            held.TryHold(_borrowed);
        }
    }
}
