using LoopLM.Cpu.Threading;

namespace LoopLM.Cpu.Tests.Threading;

public sealed class ThreadTeamTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_JobWithPhases_EveryThreadSeesAllOfThePhaseBefore(int size)
    {
        using var team = new ThreadTeam(size);
        var job = new SumsOfSums(team, phases: 40);

        for (var i = 0; i < 20; i++)
        {
            job.Reset();
            team.Run(job);
            Assert.Equal(0, job.Faults);
        }
    }

    [Fact]
    public void Run_OtherNumbersOfThreads_OnlyThoseTakePartAndMeetAtEveryBarrier()
    {
        using var team = new ThreadTeam(4);
        var job = new ChunkedPhases(team, phases: 3, items: 200, grain: 1);
        int[] numbers = [4, 1, 1, 3, 2, 4, 1, 2, 2, 4];

        foreach (var threads in numbers)
        {
            team.Run(job, threads);
            Assert.Equal(threads, job.Threads);
        }

        Assert.All(job.Taken, taken => Assert.Equal(numbers.Length, taken));
    }

    [Fact]
    public async Task Synchronize_MateThatIsLate_SleepsUntilItComes()
    {
        using var team = new ThreadTeam(2);
        using var late = new ManualResetEventSlim();
        using var proceed = new ManualResetEventSlim();
        var job = new Late(late, proceed);
        var run = Task.Factory.StartNew(
            () => team.Run(job), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        Assert.True(late.Wait(s_limit, TestContext.Current.CancellationToken));
        Assert.True(SpinWait.SpinUntil(() => team.Waiting == 1, s_limit), "the thread that waits at the barrier stays awake");
        proceed.Set();

        await run.WaitAsync(s_limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Run_TeamThatFellAsleep_WakesAllOfIt()
    {
        using var team = new ThreadTeam(3);
        var job = new SumsOfSums(team, phases: 2);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(SpinWait.SpinUntil(() => team.Sleepers == 2, s_limit), "the workers stay awake without a job");

            job.Reset();
            team.Run(job);

            Assert.Equal(0, job.Faults);
        }
    }

    [Fact]
    public void Run_NoMoreThreadsThanProcessors_BindsItsOwnToOneEachAndLeavesTheCallerFree()
    {
        var allowed = ProcessorAffinity.Allowed();
        Assert.SkipWhen(allowed.Length < 2, "the system binds no threads, or there is one processor");
        using var team = new ThreadTeam(2);
        var job = new Affinities(team.Size);

        team.Run(job);

        Assert.Equal([allowed, [allowed[1]]], job.Seen);
    }

    [Fact]
    public void Run_MoreThreadsThanProcessors_BindsNone()
    {
        var allowed = ProcessorAffinity.Allowed();
        using var team = new ThreadTeam(allowed.Length + 1);
        var job = new Affinities(team.Size);

        team.Run(job);

        Assert.All(job.Seen, seen => Assert.Equal(allowed, seen));
    }

    [Fact]
    public void Run_Warm_AllocatesNothingOnAnyThread()
    {
        using var team = new ThreadTeam(3);
        var work = new SumsOfSums(team, phases: 40);
        Allocations before = new(team.Size), after = new(team.Size);
        team.Run(work);
        team.Run(before);
        team.Run(before);
        for (var i = 0; i < 20; i++)
        {
            team.Run(work);
        }

        team.Run(after);

        Assert.Equal(before.Bytes, after.Bytes);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(100, 1)]
    [InlineData(1000, 16)]
    [InlineData(1003, 16)]
    public void Chunks_PhasesOnSeveralThreads_HandOutEveryItemOnceInEachPhase(int items, int grain)
    {
        using var team = new ThreadTeam(3);
        var job = new ChunkedPhases(team, phases: 20, items, grain);

        for (var i = 0; i < 3; i++)
        {
            team.Run(job);
        }

        Assert.All(job.Taken, taken => Assert.Equal(3, taken));
        Assert.True(job.BeganAtGrain);
    }

    [Fact]
    public void Chunks_OneThreadDoesNothing_OthersTakeItsShare()
    {
        using var team = new ThreadTeam(3);
        var job = new ChunkedPhases(team, phases: 2, items: 300, grain: 1, idle: 1);

        team.Run(job);

        Assert.All(job.Taken, taken => Assert.Equal(1, taken));
    }

    [Theory]
    [InlineData(0, 3, 1)]
    [InlineData(7, 3, 1)]
    [InlineData(100, 3, 16)]
    [InlineData(15, 4, 16)]
    [InlineData(211, 2, 16)]
    public void Share_AnySplit_CoversEveryItemOnceAndBeginsAtTheGrain(int items, int threads, int grain)
    {
        var shares = Enumerable.Range(0, threads).Select(thread => Share.Of(items, thread, threads, grain)).ToArray();

        Assert.Equal(Enumerable.Range(0, items), shares.SelectMany(share => Enumerable.Range(share.First, share.Count)));
        Assert.All(shares, share => Assert.True(share.First % grain == 0 || share.Count == 0));
    }

    private sealed class Affinities(int threads) : ITeamJob
    {
        public int[][] Seen { get; } = new int[threads][];

        public void Execute(int thread) => Seen[thread] = ProcessorAffinity.Allowed();
    }

    private sealed class Allocations(int threads) : ITeamJob
    {
        public long[] Bytes { get; } = new long[threads];

        public void Execute(int thread) => Bytes[thread] = GC.GetAllocatedBytesForCurrentThread();
    }

    /// <summary>Its second thread waits until it may go on.</summary>
    private sealed class Late(ManualResetEventSlim late, ManualResetEventSlim proceed) : ITeamJob
    {
        public void Execute(int thread)
        {
            if (thread == 1)
            {
                late.Set();
                proceed.Wait(s_limit);
            }
        }
    }

    /// <summary>Counts how often each item of each phase is handed out.</summary>
    private sealed class ChunkedPhases(ThreadTeam team, int phases, int items, int grain, int? idle = null) : ITeamJob
    {
        private volatile bool _beganAtGrain = true;
        private int _threads;

        public int[] Taken { get; } = new int[phases * items];

        public bool BeganAtGrain => _beganAtGrain;

        /// <summary>Threads since it was last asked.</summary>
        public int Threads => Interlocked.Exchange(ref _threads, 0);

        public void Execute(int thread)
        {
            Interlocked.Increment(ref _threads);
            for (var phase = 0; phase < phases; phase++)
            {
                if (thread != idle)
                {
                    foreach (var chunk in team.Chunks(thread, items, grain, 5))
                    {
                        _beganAtGrain &= chunk.First % grain == 0;
                        for (var item = chunk.First; item < chunk.End; item++)
                        {
                            Interlocked.Increment(ref Taken[(phase * items) + item]);
                        }
                    }
                }

                team.Synchronize(thread);
            }
        }
    }

    /// <summary>In each phase every thread adds up what all threads wrote in the phase before.</summary>
    private sealed class SumsOfSums(ThreadTeam team, int phases) : ITeamJob
    {
        private readonly int[] _written = new int[team.Size * 2];
        private int _faults;

        public int Faults => _faults;

        public void Reset()
        {
            _faults = 0;
            Array.Clear(_written);
        }

        public void Execute(int thread)
        {
            for (var phase = 1; phase <= phases; phase++)
            {
                _written[(phase % 2 * team.Size) + thread] = phase;
                team.Synchronize(thread);
                for (var other = 0; other < team.Size; other++)
                {
                    if (_written[(phase % 2 * team.Size) + other] != phase)
                    {
                        Interlocked.Increment(ref _faults);
                    }
                }
            }
        }
    }
}
