using System.Collections.Concurrent;

namespace LoopLM.Tools.Soak;

/// <summary>What the clients have done and seen, together. Any thread may add to it.</summary>
internal sealed class SoakTally
{
    private const int MaxProblems = 20;

    private readonly ConcurrentDictionary<string, long> _ends = new();
    private readonly ConcurrentDictionary<string, string> _answers = new();
    private readonly ConcurrentQueue<string> _problems = new();
    private long _finished;
    private long _uncertain;
    private long _compared;

    /// <summary>Calls by how they ended.</summary>
    public IReadOnlyDictionary<string, long> Ends => _ends;

    /// <summary>Generations whose end came with an answer.</summary>
    public long Finished => Interlocked.Read(ref _finished);

    /// <summary>Generations of calls that were left, broken off or refused: the server may have accepted them or not.</summary>
    public long Uncertain => Interlocked.Read(ref _uncertain);

    /// <summary>Answers that were compared with an earlier one to the same request.</summary>
    public long Compared => Interlocked.Read(ref _compared);

    /// <summary>What should not have happened, the first of it.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    /// <summary>Counts a call that was answered in full.</summary>
    /// <param name="kind">What kind of call.</param>
    /// <param name="key">What was asked.</param>
    /// <param name="answer">What was said.</param>
    /// <param name="generations">Generations that it made.</param>
    public void Answered(string kind, string key, string answer, int generations)
    {
        End(kind, "answered");
        Interlocked.Add(ref _finished, generations);
        if (_answers.TryAdd(key, answer))
        {
            return;
        }

        Interlocked.Increment(ref _compared);
        if (_answers[key] != answer)
        {
            Problem($"Two answers to {key} differ.\nfirst: {_answers[key]}\nlater: {answer}");
        }
    }

    /// <summary>Counts a call of which it is unknown what the server made of its generations.</summary>
    public void Uncounted(string kind, string end, int generations)
    {
        End(kind, end);
        Interlocked.Add(ref _uncertain, generations);
    }

    /// <summary>Counts a call that made no generation.</summary>
    public void End(string kind, string end) => _ends.AddOrUpdate($"{kind}: {end}", 1, (_, count) => count + 1);

    /// <summary>Notes what should not have happened.</summary>
    public void Problem(string problem)
    {
        if (_problems.Count < MaxProblems)
        {
            _problems.Enqueue(problem);
        }
    }
}
