namespace LoopLM.Cpu.Threading;

/// <summary>
/// The caller and some threads of its own that run jobs together. Between the phases of a job, and for a short time between jobs, a thread
/// that waits spins, for phases last microseconds; a team that gets no job sleeps.
/// </summary>
/// <remarks>
/// Its own threads are bound to a processor each, so that no two of them share one while another is idle. The caller is not:
/// threads that the runtime starts from it would inherit the binding.
/// </remarks>
internal sealed class ThreadTeam : IDisposable
{
    // Two microseconds, which is longer than most phases are uneven; then the core is offered to a mate that
    // may need it. Half a millisecond without a job.
    private const int SpinsBeforeYield = 64;
    private const int SpinsBeforeSleep = 1024;

    private readonly object _bell = new();
    private readonly Thread[] _workers;
    private readonly SpinCounter _started = new();
    private readonly SpinCounter _arrived = new();
    private readonly SpinCounter _phase = new();

    // Chunks taken of each thread's share, for phases of even and of odd number: no thread is in a phase while another is two ahead.
    private readonly SpinCounter[][] _taken;
    private ITeamJob? _job;
    private int _sleepers;

    /// <summary>Starts the threads.</summary>
    /// <param name="size">Threads in all, the caller included; from 1.</param>
    public ThreadTeam(int size)
    {
        _workers = new Thread[size - 1];
        _taken = [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, size).Select(_ => new SpinCounter()).ToArray())];
        var processors = ProcessorAffinity.Allowed();
        var binds = size <= processors.Length;
        for (var i = 0; i < _workers.Length; i++)
        {
            var number = i + 1;
            _workers[i] = new Thread(() =>
                Work(number, binds ? processors[number] : null))
            { IsBackground = true, Name = $"cpu runner {number}" };
            _workers[i].Start();
        }
    }

    /// <summary>Threads in all, the caller included.</summary>
    public int Size => _workers.Length + 1;

    /// <summary>Threads that sleep because there is no job.</summary>
    internal int Sleepers => Volatile.Read(ref _sleepers);

    /// <summary>Runs a job on all threads; returns when all have done their share.</summary>
    public void Run(ITeamJob job)
    {
        Start(job);
        job.Execute(0);
        Synchronize(0);
    }

    /// <summary>A barrier: waits, inside a job, until every thread has come here. What they wrote before is then visible to all.</summary>
    /// <param name="thread">The thread that calls.</param>
    public void Synchronize(int thread)
    {
        var phase = _phase.Value;
        _taken[(phase + 1) & 1][thread].Value = 0;
        if (_arrived.Increment() == Size)
        {
            _arrived.Value = 0;
            _phase.Value = phase + 1;
            return;
        }

        for (var spins = 0; _phase.Value == phase; spins++)
        {
            Pause(spins);
        }
    }

    /// <summary>
    /// Hands out items that all threads work through between two barriers, at most once: first a thread's own share, so that it meets the
    /// same items in every loop, then what is left of the shares of threads that are behind.
    /// </summary>
    /// <param name="thread">The thread that calls.</param>
    /// <param name="items">How many there are.</param>
    /// <param name="grain">Chunks begin at multiples of it.</param>
    /// <param name="chunk">Items of a chunk, at least; filled up to the grain.</param>
    /// <returns>What the thread is to do, chunk by chunk.</returns>
    public ChunkSource Chunks(int thread, int items, int grain, int chunk) =>
        new(_taken[_phase.Value & 1], thread, items, grain, (chunk + grain - 1) / grain * grain);

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        Start(null);
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

    private void Start(ITeamJob? job)
    {
        _job = job;

        // A full fence on both sides: either a worker that falls asleep sees the job, or this thread sees the sleeper.
        _started.Increment();
        if (Sleepers > 0)
        {
            lock (_bell)
            {
                Monitor.PulseAll(_bell);
            }
        }
    }

    private void Work(int thread, int? processor)
    {
        if (processor is { } bound)
        {
            ProcessorAffinity.Bind(bound);
        }

        for (var seen = 0; ; seen++)
        {
            WaitForStart(seen);
            if (_job is not { } job)
            {
                return;
            }

            job.Execute(thread);
            Synchronize(thread);
        }
    }

    private void WaitForStart(int seen)
    {
        for (var spins = 0; _started.Value == seen; spins++)
        {
            if (spins < SpinsBeforeSleep)
            {
                Pause(spins);
                continue;
            }

            lock (_bell)
            {
                Interlocked.Increment(ref _sleepers);
                while (_started.Value == seen)
                {
                    Monitor.Wait(_bell);
                }

                Interlocked.Decrement(ref _sleepers);
            }
        }
    }
}
