using System.Buffers;
using LoopLM.Server.Transport;

namespace LoopLM.Server.Tests.Transport;

public sealed class PooledBufferTests
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31))];

    [Fact]
    public void TryTake_ManyChunks_GivesAllBytesInOrderAndHoldsNoneInTheEnd()
    {
        var budget = new ByteBudget(1 << 20);
        using var held = new HeldBytes(budget);
        using var buffer = new PooledBuffer(held);
        buffer.Write(s_bytes);

        var before = budget.Used;
        var read = new List<byte>();
        while (buffer.TryTake(out var chunk))
        {
            read.AddRange(chunk.Span);
        }

        Assert.Equal(s_bytes, read);
        Assert.InRange(before, s_bytes.Length - HeldBytes.FreeShare, s_bytes.Length + PooledBuffer.ChunkBytes);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public void ToArray_PartsOfAnySize_GivesAllBytes()
    {
        using var held = new HeldBytes(new ByteBudget(1 << 20));
        using var buffer = new PooledBuffer(held);
        foreach (var size in (int[])[1, 5000, 100_000, 20_000])
        {
            s_bytes.AsSpan(0, size).CopyTo(buffer.GetSpan(size));
            buffer.Advance(size);
        }

        Assert.Equal([.. s_bytes[..1], .. s_bytes[..5000], .. s_bytes[..100_000], .. s_bytes[..20_000]], buffer.ToArray());
    }

    [Fact]
    public void Write_BeyondTheBudget_KeepsNothingAndSaysSo()
    {
        var budget = new ByteBudget(100_000);
        using var other = new HeldBytes(budget);
        other.TryHold(HeldBytes.FreeShare + 1);
        using var held = new HeldBytes(budget);
        using var buffer = new PooledBuffer(held);

        buffer.Write(s_bytes);
        buffer.Write(s_bytes);

        Assert.True(buffer.IsOverBudget);
        Assert.Equal(1, budget.Used);
    }
}
