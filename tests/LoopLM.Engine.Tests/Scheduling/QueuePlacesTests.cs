using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Tests.Scheduling;

public sealed class QueuePlacesTests
{
    [Fact]
    public void TryTake_FromManyThreads_GivesExactlyThePlacesThereAre()
    {
        var places = new QueuePlaces(100);
        var taken = 0;

        Parallel.For(0, 1000, _ => Interlocked.Add(ref taken, places.TryTake() ? 1 : 0));

        Assert.Equal((100, 100), (taken, places.Taken));
    }

    [Fact]
    public void Return_FullQueue_MakesRoomForOne()
    {
        var places = new QueuePlaces(1);
        places.TryTake();

        places.Return();

        Assert.True(places.TryTake());
        Assert.False(places.TryTake());
    }
}
