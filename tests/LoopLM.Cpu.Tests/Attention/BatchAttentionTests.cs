using LoopLM.Cpu.Attention;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Simd;
using LoopLM.Cpu.Storage;
using LoopLM.Engine.Runners;

namespace LoopLM.Cpu.Tests.Attention;

public sealed unsafe class BatchAttentionTests
{
    private const int Slots = 200;
    private const int Rows = 16;
    private const int Hidden = 42;
    private const int Inner = 75;

    private readonly LoopBatch _batch;

    public BatchAttentionTests()
    {
        var random = new Random(3);
        int[] chunk = new int[150], other = new int[70];
        Fill(chunk);
        Fill(other);
        _batch = SlotLists.Batch(
            [.. Enumerable.Range(120, 11).Select(count => (chunk, count)), (other, 1), (other, 64), (other, 65), (other, 70), (chunk, 7)]);

        void Fill(int[] slots)
        {
            foreach (ref var slot in slots.AsSpan())
            {
                slot = random.Next(Slots);
            }
        }
    }

    public static TheoryData<int, int, int, KvType, InstructionSet> Cases =>
    [
        .. from shape in new[] { (6, 3, 10), (2, 2, 128), (3, 1, 32), (40, 1, 64) }
           from kv in new[] { KvType.Float32, KvType.BFloat16 }
           from instructions in InstructionSets.Available
           select new TheoryDataRow<int, int, int, KvType, InstructionSet>(shape.Item1, shape.Item2, shape.Item3, kv, instructions),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Attend_TilesOfSeveralBlocks_EqualsTheDefinition(
        int heads, int kvHeads, int dimension, KvType kv, InstructionSet instructions)
    {
        var shape = new AttentionShape(heads, kvHeads, dimension);
        var (queries, keys, values) =
            (Numbers(1, Rows * heads, dimension), Numbers(2, Slots * kvHeads, dimension), Numbers(3, Slots * kvHeads, dimension));

        var attended = Attend(shape, kv, instructions, _batch, Enumerable.Range(0, Rows), queries, keys, values, threads: 1);

        for (var row = 0; row < Rows; row++)
        {
            var slots = _batch.VisibleSlots(row).ToArray();
            for (var head = 0; head < heads; head++)
            {
                int query = (row * heads) + head, kvHead = head / (heads / kvHeads);
                var weights = slots.Select(
                    slot => Math.Exp(
                        Enumerable.Range(0, dimension).Sum(i => (double)queries[query][i] * keys[(slot * kvHeads) + kvHead][i]))).ToArray();
                var expected = Enumerable.Range(0, dimension)
                    .Select(i => slots.Zip(weights, (slot, weight) => weight * values[(slot * kvHeads) + kvHead][i]).Sum() / weights.Sum());
                Assert.Equal(
                    expected, attended[row].AsSpan(head * dimension, dimension).ToArray().Select(number => (double)number),
                    (left, right) => Math.Abs(left - right) < (kv == KvType.Float32 ? 1e-5 : 1e-2));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Attend_RowAlone_EqualsTheRowInATileOnSeveralThreadsToTheBit(
        int heads, int kvHeads, int dimension, KvType kv, InstructionSet instructions)
    {
        var shape = new AttentionShape(heads, kvHeads, dimension);
        var (queries, keys, values) =
            (Numbers(1, Rows * heads, dimension), Numbers(2, Slots * kvHeads, dimension), Numbers(3, Slots * kvHeads, dimension));

        var together = Attend(shape, kv, instructions, _batch, Enumerable.Range(0, Rows), queries, keys, values, threads: 3);

        for (var row = 0; row < Rows; row++)
        {
            var slots = _batch.VisibleSlots(row).ToArray();
            var alone = Attend(shape, kv, instructions, SlotLists.Batch((slots, slots.Length)), [row], queries, keys, values, threads: 1);
            Assert.Equal(alone[0], together[row]);
        }
    }

    private static float[][] Numbers(int seed, int heads, int dimension)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, heads)
            .Select(_ => Enumerable.Range(0, dimension).Select(_ => (2 * random.NextSingle()) - 1).ToArray())];
    }

    private static float[][] Attend(
        AttentionShape shape, KvType kv, InstructionSet instructions, LoopBatch batch, IEnumerable<int> queriesOf,
        float[][] queries, float[][] keys, float[][] values, int threads)
    {
        var kernels = VectorKernels.Of(instructions);
        using var cache = new KvCache(2, shape, Slots, kv);
        using var activations = new Activations(
            new(Hidden, Inner, shape), kernels, WeightType.Float32, Rows, threads, BatchAttention.Lanes(shape), Slots);
        using var padded = NativeBuffer.OfFloats(activations.HeadLength);
        var attention = new BatchAttention(shape, kernels, cache, activations);
        for (var head = 0; head < Slots * shape.KvHeads; head++)
        {
            Write(keys[head], cache.Keys(1, head % shape.KvHeads), head / shape.KvHeads);
            Write(values[head], cache.Values(1, head % shape.KvHeads), head / shape.KvHeads);
        }

        foreach (var (of, row) in queriesOf.Select((of, row) => (of, row)))
        {
            for (var head = 0; head < shape.Heads; head++)
            {
                queries[(of * shape.Heads) + head].CopyTo(new Span<float>(activations.ProjectedHead(row, head), shape.HeadDimension));
            }
        }

        attention.Plan(batch);
        for (var thread = 0; thread < threads; thread++)
        {
            attention.Attend(batch, 1, thread, threads);
        }

        var length = shape.Heads * shape.HeadDimension;
        return [.. Enumerable.Range(0, batch.Rows.Length).Select(row => new Span<float>(activations.Attended[row], length).ToArray())];

        void Write(float[] head, byte* slots, int slot)
        {
            head.CopyTo(new Span<float>(padded.Floats, head.Length));
            attention.Write(padded.Floats, slots, slot);
        }
    }
}
