using System.Diagnostics;

namespace LoopLM.Cpu.Threading;

/// <summary>
/// The caller and some threads of its own that run jobs together. Between the phases of a job, and for a short time between jobs, a thread
/// that waits spins, because phases last microseconds. A thread that waits longer sleeps: its mate has lost its processor, or there is no
/// job.
/// </summary>
/// <remarks>
/// Its own threads are bound to a processor each, so that no two of them share one while another is idle. The caller is not:
/// threads that the runtime starts from it would inherit the binding.
/// </remarks>
internal sealed class ThreadTeam : IDisposable
{
    // Two microseconds, which is longer than most phases are uneven; then the core is offered to a mate that may need it.
    private const int SpinsBeforeYield = 64;

    // A tenth of a millisecond within a job, half a one between jobs.
    private const int SpinsBeforeSleepInAJob = 320;
    private const int SpinsBeforeSleep = 1024;

    private readonly object _bell = new();
    private readonly Worker[] _workers;
    private readonly SpinCounter _arrived = new();
    private readonly SpinCounter _phase = new();

    // Chunks taken of each thread's share, for phases of even and of odd number: no thread is in a phase while another is two ahead.
    private readonly SpinCounter[][] _taken;
    private ITeamJob? _job;
    private int _waiting;

    /// <summary>Starts the threads.</summary>
    /// <param name="size">Threads in all, the caller included; from 1.</param>
    public ThreadTeam(int size)
    {
        _taken = [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, size).Select(_ => new SpinCounter()).ToArray())];
        var processors = ProcessorAffinity.Allowed();
        var binds = size <= processors.Length;
        _workers = [.. Enumerable.Range(1, size - 1).Select(number => new Worker(this, number, binds ? processors[number] : null))];
        Working = size;
    }

    /// <summary>Threads in all, the caller included.</summary>
    public int Size => _workers.Length + 1;

    /// <summary>Threads of the job at work, the caller included: numbers 0..Working-1.</summary>
    public int Working { get; private set; }

    /// <summary>Threads that sleep because they have no job.</summary>
    internal int Sleepers => _workers.Count(worker => worker.IsAsleep);

    /// <summary>Threads that sleep at a barrier.</summary>
    internal int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Runs a job on all threads; returns when all have done their share.</summary>
    public void Run(ITeamJob job) => Run(job, Size);

    /// <summary>Runs a job on as many threads as pay off.</summary>
    /// <param name="job">The job.</param>
    /// <param name="rows">Its rows, from 1.</param>
    /// <param name="sizes">What is known of such jobs.</param>
    public void Run(ITeamJob job, int rows, TeamSizes sizes)
    {
        var started = Stopwatch.GetTimestamp();
        Run(job, sizes.Choose(rows));
        sizes.Took(Stopwatch.GetTimestamp() - started);
    }

    /// <summary>Runs a job on some of the threads; returns when they have done their share.</summary>
    /// <param name="job">The job.</param>
    /// <param name="threads">How many work on it, the caller included; 1..<see cref="Size"/>.</param>
    public void Run(ITeamJob job, int threads)
    {
        // Threads that were not in the job before have counters of an older phase.
        for (var thread = Working; thread < threads; thread++)
        {
            _taken[_phase.Value & 1][thread].Value = 0;
        }

        (_job, Working) = (job, threads);
        for (var thread = 1; thread < threads; thread++)
        {
            _workers[thread - 1].Call();
        }

        job.Execute(0);
        Synchronize(0);
    }

    /// <summary>
    /// A barrier: waits, inside a job, until every thread of it has come here. What they wrote before is then visible to all.
    /// </summary>
    /// <param name="thread">The thread that calls.</param>
    public void Synchronize(int thread)
    {
        var (phase, threads) = (_phase.Value, Working);
        _taken[(phase + 1) & 1][thread].Value = 0;

        // The next job may have another number of threads, and may begin as soon as the last one has arrived.
        if (_arrived.Increment() == threads)
        {
            _arrived.Value = 0;
            _phase.Value = phase + 1;
            Wake(_bell, ref _waiting);
            return;
        }

        for (var spins = 0; _phase.Value == phase; spins++)
        {
            if (spins < SpinsBeforeSleepInAJob)
            {
                Pause(spins);
            }
            else
            {
                Sleep(_bell, ref _waiting, _phase, phase);
            }
        }
    }

    /// <summary>
    /// Hands out items that all threads of the job work through between two barriers, at most once: first a thread's own share, so that it
    /// meets the same items in every loop, then what is left of the shares of threads that are late.
    /// </summary>
    /// <param name="thread">The thread that calls.</param>
    /// <param name="items">How many there are.</param>
    /// <param name="grain">Chunks begin at multiples of it.</param>
    /// <param name="chunk">Items of a chunk, at least; filled up to the grain.</param>
    /// <returns>What the thread is to do, chunk by chunk.</returns>
    public ChunkSource Chunks(int thread, int items, int grain, int chunk) =>
        new(_taken[_phase.Value & 1].AsMemory(0, Working), thread, items, grain, (chunk + grain - 1) / grain * grain);

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _job = null;
        foreach (var worker in _workers)
        {
            worker.Call();
        }

        foreach (var worker in _workers)
        {
            worker.Join();
        }
    }

    private static void Pause(int spins)
    {
        if (spins < SpinsBeforeYield)
        {
            Thread.SpinWait(1);
        }
        else
        {
            Thread.Yield();
        }
    }

    /// <summary>Sleeps while a counter has a value.</summary>
    private static void Sleep(object bell, ref int sleepers, SpinCounter counter, int value)
    {
        lock (bell)
        {
            // A full fence here and in Wake: either this thread sees the new value, or the one that writes it sees a sleeper.
            Interlocked.Increment(ref sleepers);
            while (counter.Value == value)
            {
                Monitor.Wait(bell);
            }

            Interlocked.Decrement(ref sleepers);
        }
    }

    /// <summary>Wakes the threads that sleep until a counter changes; it has changed.</summary>
    private static void Wake(object bell, ref int sleepers)
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref sleepers) > 0)
        {
            lock (bell)
            {
                Monitor.PulseAll(bell);
            }
        }
    }

    /// <summary>A thread of the team's own.</summary>
    private sealed class Worker
    {
        private readonly ThreadTeam _team;
        private readonly int _number;
        private readonly Thread _thread;
        private readonly object _bell = new();
        private readonly SpinCounter _called = new();
        private int _sleepers;

        public Worker(ThreadTeam team, int number, int? processor)
        {
            (_team, _number) = (team, number);
            _thread = new Thread(() => Work(processor)) { IsBackground = true, Name = $"cpu runner {number}" };
            _thread.Start();
        }

        public bool IsAsleep => Volatile.Read(ref _sleepers) > 0;

        public void Call()
        {
            _called.Increment();
            Wake(_bell, ref _sleepers);
        }

        public void Join() => _thread.Join();

        private void Work(int? processor)
        {
            if (processor is { } bound)
            {
                ProcessorAffinity.Bind(bound);
            }

            for (var seen = 0; ; seen++)
            {
                WaitForCall(seen);
                if (_team._job is not { } job)
                {
                    return;
                }

                job.Execute(_number);
                _team.Synchronize(_number);
            }
        }

        private void WaitForCall(int seen)
        {
            for (var spins = 0; _called.Value == seen; spins++)
            {
                if (spins < SpinsBeforeSleep)
                {
                    Pause(spins);
                }
                else
                {
                    Sleep(_bell, ref _sleepers, _called, seen);
                }
            }
        }
    }
}
