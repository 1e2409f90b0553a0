namespace LoopLM.Engine.Sampling;

/// <summary>
/// A constraint from outside and the mask that it works out on threads for masks. The engine's thread owns it, a
/// worker from <see cref="Begin"/> until the mask is there.
/// </summary>
/// <param name="create">Makes the constraint; a worker calls it, before the first mask.</param>
/// <param name="isForDrafts">Whether it also receives drafts, and its masks can wait for those of certain tokens.</param>
internal sealed class ConstraintMask(Func<ITokenConstraint> create, bool isForDrafts = false)
{
    private const int Capacity = 128;

    private ITokenConstraint? _constraint;
    private List<int> _accepted = new(Capacity);
    private List<int> _told = new(Capacity);
    private int _rewound;
    private int _toldRewound;
    private bool _isStale = true;
    private volatile bool _isWorking;

    /// <summary>Whether it also receives drafts.</summary>
    public bool IsForDrafts => isForDrafts;

    /// <summary>Whether the mask after all its tokens is known, or why there is none.</summary>
    public bool IsReady => !_isWorking && !_isStale;

    /// <summary>Whether its tokens have changed since its last mask, no worker is at it, and it can go on.</summary>
    public bool IsBehind => !_isWorking && _isStale && !HasFailed && Problem is null;

    /// <summary>Whether many tokens wait for the constraint. Passing them on now allocates nothing.</summary>
    public bool IsFull => _accepted.Count > Capacity / 2;

    /// <summary>Why the sequence must end; null where it may go on. For whoever owns it.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether the constraint threw when the mask was worked out. The sequence must end. For whoever owns it.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Time that its masks have taken so far, in ticks of the time provider.</summary>
    public long Taken { get; private set; }

    /// <summary>Takes note of a token, also while a worker is at the mask before it.</summary>
    public void Accept(int token)
    {
        _accepted.Add(token);
        _isStale = true;
    }

    /// <summary>Forgets the newest tokens, also while a worker is at their mask.</summary>
    public void Rewind(int count)
    {
        var untold = Math.Min(count, _accepted.Count);
        _accepted.RemoveRange(_accepted.Count - untold, untold);
        _rewound += count - untold;
        _isStale = true;
    }

    /// <summary>Gives it to a worker, with all that has happened since the last time.</summary>
    public void Begin()
    {
        (_accepted, _told) = (_told, _accepted);
        (_toldRewound, _rewound) = (_rewound, 0);
        _accepted.Clear();
        (_isStale, _isWorking) = (false, true);
    }

    /// <summary>Works out the mask. For workers.</summary>
    /// <returns>What the constraint threw; null where it threw nothing.</returns>
    public Exception? Advance(TimeProvider time)
    {
        var started = time.GetTimestamp();
        Exception? failure = null;
        try
        {
            Tell(_constraint ??= create());
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        HasFailed = failure is not null;
        Taken += time.GetTimestamp() - started;
        _isWorking = false;
        return failure;
    }

    /// <summary>Forbids what may not come next. For the engine's thread while <see cref="IsReady"/>.</summary>
    public void Apply(Span<float> logits) => _constraint!.Mask(logits);

    private void Tell(ITokenConstraint constraint)
    {
        if (_toldRewound > 0)
        {
            constraint.Rewind(_toldRewound);
        }

        foreach (var token in _told)
        {
            constraint.Accept(token);
        }

        Problem = constraint.Prepare();
    }
}
