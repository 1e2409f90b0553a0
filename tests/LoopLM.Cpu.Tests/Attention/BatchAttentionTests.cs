using LoopLM.Checkpoints.Configuration;
using LoopLM.Cpu.Attention;
using LoopLM.Cpu.Memory;
using LoopLM.Cpu.Ouro;
using LoopLM.Cpu.Runners;
using LoopLM.Cpu.Simd;
using LoopLM.Cpu.Tests.Runners;
using LoopLM.Engine.Runners;

namespace LoopLM.Cpu.Tests.Attention;

public sealed unsafe class BatchAttentionTests : IDisposable
{
    private const int Slots = 200;
    private const int Rows = 16;

    private readonly OddCheckpoint _odd = new();
    private readonly LoopBatch _batch;

    public BatchAttentionTests()
    {
        var random = new Random(3);
        int[] chunk = new int[150], other = new int[70];
        Fill(chunk);
        Fill(other);
        _batch = SlotLists.Batch([.. Enumerable.Range(120, 11).Select(count => (chunk, count)), (other, 1), (other, 64), (other, 65), (other, 70), (chunk, 7)]);

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

    public void Dispose() => _odd.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Attend_TilesOfSeveralBlocks_EqualsTheDefinition(int heads, int kvHeads, int dimension, KvType kv, InstructionSet instructions)
    {
        var config = Config(heads, kvHeads, dimension);
        var (queries, keys, values) = (Numbers(1, Rows * heads, dimension), Numbers(2, Slots * kvHeads, dimension), Numbers(3, Slots * kvHeads, dimension));

        var attended = Attend(config, kv, instructions, _batch, Enumerable.Range(0, Rows), queries, keys, values, threads: 1);

        for (var row = 0; row < Rows; row++)
        {
            var slots = _batch.VisibleSlots(row).ToArray();
            for (var head = 0; head < heads; head++)
            {
                int query = (row * heads) + head, kvHead = head / (heads / kvHeads);
                var weights = slots.Select(slot => Math.Exp(Enumerable.Range(0, dimension).Sum(i => (double)queries[query][i] * keys[(slot * kvHeads) + kvHead][i]))).ToArray();
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
    public void Attend_RowAlone_EqualsTheRowInATileOnSeveralThreadsToTheBit(int heads, int kvHeads, int dimension, KvType kv, InstructionSet instructions)
    {
        var config = Config(heads, kvHeads, dimension);
        var (queries, keys, values) = (Numbers(1, Rows * heads, dimension), Numbers(2, Slots * kvHeads, dimension), Numbers(3, Slots * kvHeads, dimension));

        var together = Attend(config, kv, instructions, _batch, Enumerable.Range(0, Rows), queries, keys, values, threads: 3);

        for (var row = 0; row < Rows; row++)
        {
            var slots = _batch.VisibleSlots(row).ToArray();
            var alone = Attend(config, kv, instructions, SlotLists.Batch((slots, slots.Length)), [row], queries, keys, values, threads: 1);
            Assert.Equal(alone[0], together[row]);
        }
    }

    private OuroConfig Config(int heads, int kvHeads, int dimension) =>
        (OuroConfig)_odd.Checkpoint.Config with { Heads = heads, KvHeads = kvHeads, HeadDimension = dimension };

    private static float[][] Numbers(int seed, int heads, int dimension)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, heads).Select(_ => Enumerable.Range(0, dimension).Select(_ => (2 * random.NextSingle()) - 1).ToArray())];
    }

    private static float[][] Attend(
        OuroConfig config, KvType kv, InstructionSet instructions, LoopBatch batch, IEnumerable<int> queriesOf, float[][] queries, float[][] keys, float[][] values, int threads)
    {
        var kernels = Kernels.Of(instructions);
        using var pool = new KvPool(2, config.KvHeads, config.HeadDimension, Slots, kv);
        using var activations = new Activations(config, kernels, WeightType.Float32, Rows, threads, BatchAttention.Lanes(config), Slots);
        using var padded = NativeBuffer.OfFloats(activations.HeadLength);
        var attention = new BatchAttention(config, kernels, pool, activations);
        for (var head = 0; head < Slots * config.KvHeads; head++)
        {
            Write(keys[head], pool.Keys(1, head % config.KvHeads), head / config.KvHeads);
            Write(values[head], pool.Values(1, head % config.KvHeads), head / config.KvHeads);
        }

        foreach (var (of, row) in queriesOf.Select((of, row) => (of, row)))
        {
            for (var head = 0; head < config.Heads; head++)
            {
                queries[(of * config.Heads) + head].CopyTo(new Span<float>(activations.ProjectedHead(row, head), config.HeadDimension));
            }
        }

        attention.Plan(batch);
        for (var thread = 0; thread < threads; thread++)
        {
            attention.Attend(batch, 1, thread, threads);
        }

        return [.. Enumerable.Range(0, batch.Rows.Length).Select(row => new Span<float>(activations.Attended[row], config.Heads * config.HeadDimension).ToArray())];

        void Write(float[] head, byte* slots, int slot)
        {
            head.CopyTo(new Span<float>(padded.Floats, head.Length));
            attention.Write(padded.Floats, slots, slot);
        }
    }
}
