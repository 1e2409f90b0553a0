using System.Collections.Frozen;
using LoopLM.Engine.Depth;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Tests.Scheduling;

public sealed class AdmissionQueueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Admit_RandomSizes_PassesNobodyMoreOftenThanTheLimitAndAdmitsAll(int seed)
    {
        var random = new Random(seed);
        var queue = new AdmissionQueue();
        var waiting = new List<Sequence>();
        var running = new Queue<int>();
        var (free, admitted) = (100, 0);
        for (var round = 0; admitted < 3000; round++)
        {
            if (random.Next(2) == 0 && waiting.Count < 200)
            {
                var sequence = OfLength(random.Next(10) == 0 ? random.Next(50, 101) : random.Next(1, 20));
                queue.Enqueue(sequence);
                waiting.Add(sequence);
            }
            else if (queue.Admit(next => next.Prompt.Length <= free) is { } next)
            {
                Assert.All(waiting.TakeWhile(passed => passed != next), passed => Assert.InRange(passed.Bypassed, 1, AdmissionQueue.MaxBypasses));
                Assert.InRange(waiting.IndexOf(next), 0, AdmissionQueue.MaxScan - 1);
                waiting.Remove(next);
                running.Enqueue(next.Prompt.Length);
                free -= next.Prompt.Length;
                admitted++;
            }
            else if (running.TryDequeue(out var length))
            {
                free += length;
            }

            Assert.Equal(waiting.Count, queue.Count);
            Assert.True(round < 100_000, "the queue stands still");
        }
    }

    [Fact]
    public void Admit_FirstWasPassedAsOftenAsItMay_LetsNobodyThrough()
    {
        var queue = new AdmissionQueue();
        var (large, small) = (OfLength(50), OfLength(1));
        large.Bypassed = AdmissionQueue.MaxBypasses;
        queue.Enqueue(large);
        queue.Enqueue(small);

        Assert.Null(queue.Admit(next => next == small));
    }

    private static Sequence OfLength(int length) => new(new Generation(1))
    {
        Prompt = new int[length],
        MaxTokens = 1,
        Sampling = SamplingSettings.Greedy,
        Seed = 0,
        Exit = new ExitRule(new FixedPolicy(), 1, 1, 4, default),
        Reservation = new KvReservation(KvLayout.LastExited, length, 0, 4, 4),
        StopTokens = FrozenSet<int>.Empty,
        ReportGates = false,
        AcceptedAt = 0,
    };
}
