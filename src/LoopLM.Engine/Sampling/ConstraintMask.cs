namespace LoopLM.Engine.Sampling;

/// <summary>
/// Applies a constraint from outside, whose masks are worked out on threads for masks. The engine's thread owns it while
/// <see cref="IsReady"/>, a worker from <see cref="Await"/> on.
/// </summary>
internal sealed class ConstraintMask(ITokenConstraint constraint) : ILogitsProcessor
{
    private volatile bool _isReady;
    private int? _token;

    /// <summary>Whether the next mask is known.</summary>
    public bool IsReady => _isReady;

    /// <summary>Why the sequence must end; null where it may go on.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether the constraint threw when the mask was worked out. The sequence must end.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Time that its masks have taken so far, in ticks of the time provider.</summary>
    public long Taken { get; private set; }

    /// <summary>Makes the next mask wanted.</summary>
    /// <param name="token">The token that was chosen; null at the start.</param>
    public void Await(int? token) => (_token, _isReady) = (token, false);

    /// <summary>Works out the mask that is wanted. For workers.</summary>
    /// <returns>What the constraint threw; null where it threw nothing.</returns>
    public Exception? Advance(TimeProvider time)
    {
        var started = time.GetTimestamp();
        Exception? failure = null;
        try
        {
            Problem = constraint.Advance(_token);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        HasFailed = failure is not null;
        Taken += time.GetTimestamp() - started;
        _isReady = true;
        return failure;
    }

    public void Process(Span<float> logits, int drafts) => constraint.Mask(logits);
}
