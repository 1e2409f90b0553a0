namespace LoopLM.Engine.Scheduling;

/// <summary>Counts the requests that wait for admission, so that the limit holds exactly under concurrent submits.</summary>
internal sealed class QueuePlaces(int capacity)
{
    private int _taken;

    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes some places, all or none.</summary>
    public bool TryTake(int count)
    {
        for (var taken = Taken; count <= capacity - taken;)
        {
            var before = taken;
            taken = Interlocked.CompareExchange(ref _taken, before + count, before);
            if (taken == before)
            {
                return true;
            }
        }

        return false;
    }

    public void Return(int count = 1) => Interlocked.Add(ref _taken, -count);
}
