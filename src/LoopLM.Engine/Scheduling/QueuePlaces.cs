namespace LoopLM.Engine.Scheduling;

/// <summary>Counts the requests that wait for admission, so that the limit holds exactly under concurrent submits.</summary>
internal sealed class QueuePlaces(int capacity)
{
    private int _taken;

    public int Taken => Volatile.Read(ref _taken);

    public bool TryTake()
    {
        for (var taken = Taken; taken < capacity;)
        {
            var before = taken;
            taken = Interlocked.CompareExchange(ref _taken, before + 1, before);
            if (taken == before)
            {
                return true;
            }
        }

        return false;
    }

    public void Return() => Interlocked.Decrement(ref _taken);
}
