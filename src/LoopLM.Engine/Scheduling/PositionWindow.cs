namespace LoopLM.Engine.Scheduling;

/// <summary>
/// The generated positions of a sequence whose next token is not published, oldest first: a ring, so that a tick allocates nothing.
/// Once a token is published the first is certain, and those after it are drafts.
/// </summary>
/// <param name="capacity">Most positions, from 1.</param>
internal sealed class PositionWindow(int capacity)
{
    private readonly PendingPosition[] _positions = new PendingPosition[capacity];
    private int _first;

    /// <summary>Positions in it.</summary>
    public int Count { get; private set; }

    /// <summary>A position by its place, 0 for the oldest.</summary>
    public ref PendingPosition this[int index] => ref _positions[(_first + index) % capacity];

    /// <summary>Adds the newest position, which waits for a row.</summary>
    /// <param name="token">Its token.</param>
    /// <param name="draftLoop">The loop of the position before that drafted the token; 0 where the token was chosen.</param>
    public void Add(int token, int draftLoop = 0)
    {
        if (Count == capacity)
        {
            throw new InvalidOperationException($"The window has room for {capacity} positions.");
        }

        this[Count++] = new PendingPosition(token, draftLoop);
    }

    /// <summary>Removes the oldest position.</summary>
    public void RemoveFirst()
    {
        _first = (_first + 1) % capacity;
        Count--;
    }

    /// <summary>Removes the newest positions until so many are left.</summary>
    public void Truncate(int count) => Count = count;
}
