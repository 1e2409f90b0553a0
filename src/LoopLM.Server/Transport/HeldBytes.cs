namespace LoopLM.Server.Transport;

/// <summary>
/// What one request holds of a <see cref="ByteBudget"/>. A small share is free, so that a budget that is used up
/// refuses large requests only. One thread at a time.
/// </summary>
/// <param name="budget">The budget.</param>
internal sealed class HeldBytes(ByteBudget budget) : IDisposable
{
    /// <summary>Bytes that every request may hold without taking from the budget.</summary>
    public const int FreeShare = 64 << 10;

    private long _charged;
    private long _kept;

    /// <summary>Whether it takes from the budget.</summary>
    public bool IsCharged => _charged > 0;

    /// <summary>Changes what is held; what the budget has not left stays as it was.</summary>
    /// <param name="bytes">All bytes that the request holds from now on.</param>
    public bool TryHold(long bytes)
    {
        var charged = Math.Max(0, Math.Max(bytes, _kept) - FreeShare);
        if (charged > _charged && !budget.TryTake(charged - _charged))
        {
            return false;
        }

        if (charged < _charged)
        {
            budget.Return(_charged - charged);
        }

        _charged = charged;
        return true;
    }

    /// <summary>Holds at least so many bytes from now on.</summary>
    /// <param name="bytes">No more than are held.</param>
    public void Keep(long bytes) => _kept = bytes;

    /// <summary>Holds nothing any more.</summary>
    public void Dispose()
    {
        _kept = 0;
        TryHold(0);
    }
}
