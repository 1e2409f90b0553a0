namespace LoopLM.Engine.Scheduling;

/// <summary>
/// Requests that wait for a place, first come first served, except that one which does not fit yet lets smaller ones behind it pass,
/// a bounded number of times: then it is protected until it fits.
/// </summary>
internal sealed class AdmissionQueue
{
    /// <summary>How often a waiting request may be passed.</summary>
    public const int MaxBypasses = 8;

    /// <summary>How far behind the first a request may stand to pass it.</summary>
    public const int MaxScan = 64;

    private readonly LinkedList<Sequence> _waiting = new();

    public int Count => _waiting.Count;

    /// <summary>The request that has waited longest; null where none waits.</summary>
    public Sequence? First => _waiting.First?.Value;

    public void Enqueue(Sequence sequence) => _waiting.AddLast(sequence);

    /// <summary>Takes out the next request that fits.</summary>
    /// <param name="fits">Whether a request fits now; if so it takes its place.</param>
    public Sequence? Admit(Func<Sequence, bool> fits)
    {
        if (_waiting.First is not { } first)
        {
            return null;
        }

        // Who passes one passes all before it: no request has been passed more often than the first.
        var scan = first.Value.Bypassed < MaxBypasses ? MaxScan : 1;
        for (var node = first; node is not null && scan > 0; node = node.Next, scan--)
        {
            if (fits(node.Value))
            {
                for (var passed = first; passed != node; passed = passed!.Next)
                {
                    passed!.Value.Bypassed++;
                }

                _waiting.Remove(node);
                return node.Value;
            }
        }

        return null;
    }

    /// <summary>Takes out the first request for which a condition holds, wherever it stands.</summary>
    public Sequence? Remove(Predicate<Sequence> condition)
    {
        for (var node = _waiting.First; node is not null; node = node.Next)
        {
            if (condition(node.Value))
            {
                _waiting.Remove(node);
                return node.Value;
            }
        }

        return null;
    }
}
