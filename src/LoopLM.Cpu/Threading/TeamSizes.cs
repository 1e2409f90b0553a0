using System.Numerics;

namespace LoopLM.Cpu.Threading;

/// <summary>
/// Chooses how many threads of a team work on a job, by how long jobs of its size took. On a machine that does other work, threads that
/// have lost their processor hold up the others, and fewer threads are faster by far.
/// </summary>
/// <remarks>
/// A number of threads is kept until a trial of another one wins. Trials are rare: what a lost trial costs is at most one part in
/// <see cref="JobsPerLoss"/> of the time until the next. A trial also follows where jobs begin to take twice the time, or half.
/// </remarks>
/// <param name="threads">Threads of the team, from 1.</param>
internal sealed class TeamSizes(int threads)
{
    /// <summary>Jobs of a trial that is not lost before.</summary>
    public const int JobsOfATrial = 8;

    /// <summary>Jobs between trials, for each job that the last trial cost beyond what it replaced.</summary>
    public const int JobsPerLoss = 200;

    // So many rows have a kind of their own; beyond, a kind for each doubling.
    private const int FewRows = 8;
    private const double Win = 0.95;
    private const double Loss = 0.5;
    private const double Change = 2;
    private const double Forgetting = 1.0 / 16;

    private readonly Kind[] _kinds = new Kind[FewRows + 32];
    private int _current;

    /// <summary>How many threads a job is to have. <see cref="Took"/> follows when it is done.</summary>
    /// <param name="rows">Rows of the job, from 1.</param>
    public int Choose(int rows)
    {
        _current = rows <= FewRows ? rows - 1 : FewRows - 3 + BitOperations.Log2((uint)rows);
        ref var kind = ref _kinds[_current];
        if (kind.Size == 0)
        {
            kind.Size = threads;
        }

        if (kind.Trial == 0 && kind.IsDue)
        {
            kind.Trial = Next(ref kind);
            (kind.Tried, kind.TrialTime) = (0, 0);
        }

        return kind.Trial == 0 ? kind.Size : kind.Trial;
    }

    /// <summary>Learns how long the job took that was chosen for last.</summary>
    /// <param name="time">The time, in any unit that stays the same.</param>
    public void Took(double time)
    {
        ref var kind = ref _kinds[_current];
        if (threads == 1)
        {
            return;
        }

        if (kind.Trial != 0)
        {
            Try(ref kind, time);
        }
        else if (kind.Mean == 0)
        {
            (kind.Mean, kind.Settled, kind.Wait) = (time, time, JobsPerLoss * time);
        }
        else
        {
            kind.Mean += (time - kind.Mean) * Forgetting;
            kind.Wait -= time;
        }
    }

    private void Try(ref Kind kind, double time)
    {
        kind.Tried++;
        kind.TrialTime += time;
        var loss = (kind.TrialTime - (kind.Tried * kind.Mean)) / kind.Mean;
        if (kind.Tried < JobsOfATrial && loss < Loss)
        {
            return;
        }

        if (loss < (Win - 1) * kind.Tried)
        {
            // What is known of other numbers of rows comes from the time before.
            foreach (ref var other in _kinds.AsSpan())
            {
                other.Wait = 0;
            }

            (kind.Size, kind.Mean) = (kind.Trial, kind.TrialTime / kind.Tried);
            loss = 0;
        }

        (kind.Settled, kind.Trial, kind.Wait) = (kind.Mean, 0, JobsPerLoss * Math.Max(loss, 1) * kind.Mean);
    }

    /// <summary>The number of threads to try: in turn half, one less, one more and twice as many.</summary>
    private int Next(ref Kind kind)
    {
        for (; ; )
        {
            kind.Turn = (kind.Turn + 1) % 4;
            var next = kind.Turn switch
            {
                0 => kind.Size / 2,
                1 => kind.Size - 1,
                2 => kind.Size + 1,
                _ => Math.Min(2 * kind.Size, threads),
            };
            if (next >= 1 && next <= threads && next != kind.Size)
            {
                return next;
            }
        }
    }

    /// <summary>What is known of jobs of one size.</summary>
    private struct Kind
    {
        /// <summary>Threads that such jobs have.</summary>
        public int Size;

        /// <summary>The time that they take, of late; 0 where none has run.</summary>
        public double Mean;

        /// <summary>The mean at the end of the last trial.</summary>
        public double Settled;

        /// <summary>Time until the next trial.</summary>
        public double Wait;

        /// <summary>Threads on trial; 0 for none.</summary>
        public int Trial;

        public int Tried;
        public double TrialTime;
        public int Turn;

        public readonly bool IsDue => Mean > 0 && (Wait <= 0 || Mean > Change * Settled || Mean < Settled / Change);
    }
}
