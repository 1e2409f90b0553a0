using LoopLM.Engine.Kv;

namespace LoopLM.Engine.Tests.Kv;

public sealed class PrefixCacheTests
{
    private const int Loops = 2;

    private static readonly PrefixKey s_key = new("alice", null);

    private readonly KvLedger _ledger = new(slots: 100, sequences: 4);
    private readonly PrefixCache _prefixes;

    public PrefixCacheTests() => _prefixes = new PrefixCache(_ledger, Loops);

    [Fact]
    public void Insert_NothingIsNew_AllocatesNothing()
    {
        int[] prompt = [1, 2, 3, 4], generated = [5, 6];
        Open(0, 6);
        _prefixes.Insert(0, s_key, new TokenRun(prompt, generated), exact: 6);
        Insert();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Insert();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Insert() => _prefixes.Insert(0, s_key, new TokenRun(prompt, generated), exact: 6);
    }

    [Fact]
    public void Insert_BeginningIsThere_AddsTheRestAlone()
    {
        Open(0, 3);
        _prefixes.Insert(0, s_key, new TokenRun([1, 2, 3]), exact: 3);
        var before = _prefixes.Audit().Count;
        Open(1, 5);

        _prefixes.Insert(1, s_key, new TokenRun([1, 2, 3], [4, 5]), exact: 5);

        Assert.Equal((3 * Loops, 5 * Loops), (before, _prefixes.Audit().Count));
        _ledger.Audit(_prefixes.Audit());
    }

    [Fact]
    public void Adopt_TokensAfterOneThatLeftEarly_AreThereForThoseWhoAskForThem()
    {
        Open(0, 4, leavesEarly: 2);
        _prefixes.Insert(0, s_key, new TokenRun([1, 2], [3, 4]), exact: 2);

        Assert.Equal(
            (2, 4), (_prefixes.Count(s_key, PrefixReuse.Exact, [1, 2, 3, 4]),
                _prefixes.Count(s_key, PrefixReuse.AsGenerated, [1, 2, 3, 4])));
        Assert.Equal(7, _prefixes.Audit().Count);
        _ledger.Audit(_prefixes.Audit());
    }

    [Fact]
    public void Insert_SameTokensWereGeneratedOtherwise_AddsNothingAfterThem()
    {
        Open(0, 3, leavesEarly: 2);
        Open(1, 4, leavesEarly: 2);
        _prefixes.Insert(0, s_key, new TokenRun([1, 2], [3]), exact: 2);

        _prefixes.Insert(1, s_key, new TokenRun([1, 2], [3, 4]), exact: 2);

        Assert.Equal(3, _prefixes.Count(s_key, PrefixReuse.AsGenerated, [1, 2, 3, 4]));
        _ledger.Audit(_prefixes.Audit());
    }

    [Fact]
    public void Adopt_SameTokensExactAndAsGenerated_GivesTheLongerRun()
    {
        Open(0, 4, leavesEarly: 2);
        Open(1, 3);
        _prefixes.Insert(0, s_key, new TokenRun([1, 2], [3, 4]), exact: 2);
        _prefixes.Insert(1, s_key, new TokenRun([1, 2, 3]), exact: 3);
        Close(0);
        Close(1);
        Assert.True(_ledger.TryOpen(2, new KvReservation(KvLayout.LastExited, 5, 0, Loops, Loops, Observes: false)));

        var adopted = _prefixes.Adopt(2, s_key, PrefixReuse.AsGenerated, [1, 2, 3, 4]);

        Assert.Equal((4, 2), adopted);
        _ledger.Audit(_prefixes.Audit());
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 4)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(4, 1)]
    public void CommonPrefixLength_AnyPosition_CountsAcrossPromptAndText(int position, int expected)
    {
        int[] tokens = [1, 2, 3, 4, 5, 9];

        Assert.Equal(expected, new TokenRun([1, 2, 3], [4, 5, 6]).CommonPrefixLength(position, tokens.AsSpan(position)));
    }

    /// <summary>A sequence whose positions have run all loops, but one that has left after the first.</summary>
    private void Open(int sequence, int positions, int leavesEarly = int.MaxValue)
    {
        Assert.True(_ledger.TryOpen(sequence, new KvReservation(KvLayout.LastExited, positions, 0, Loops, Loops, Observes: false)));
        for (var position = 0; position < positions; position++)
        {
            var exitStep = position == leavesEarly ? 1 : Loops;
            for (var loop = 1; loop <= exitStep; loop++)
            {
                _ledger.Take(sequence, position, loop);
            }

            _ledger.Exit(sequence, position, exitStep);
        }
    }

    private void Close(int sequence) => _ledger.Close(sequence);
}
