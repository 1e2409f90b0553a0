namespace LoopLM.Engine.Scheduling;

/// <summary>Counts the requests that wait for admission, so that the limit holds exactly under concurrent submits.</summary>
internal sealed class QueuePlaces(int capacity)
{
    private int _taken;

    public int Taken => Volatile.Read(ref _taken);

    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= capacity)
        {
            return true;
        }

        Return();
        return false;
    }

    public void Return() => Interlocked.Decrement(ref _taken);
}
