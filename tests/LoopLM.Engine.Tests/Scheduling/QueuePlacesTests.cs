using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Tests.Scheduling;

public sealed class QueuePlacesTests
{
    [Fact]
    public void TryTake_FromManyThreads_GivesExactlyThePlacesThereAre()
    {
        var places = new QueuePlaces(100);
        var taken = 0;

        Parallel.For(0, 1000, _ => Interlocked.Add(ref taken, places.TryTake(1) ? 1 : 0));

        Assert.Equal((100, 100), (taken, places.Taken));
    }

    [Fact]
    public void Return_FullQueue_MakesRoomForOne()
    {
        var places = new QueuePlaces(1);
        places.TryTake(1);

        places.Return();

        Assert.True(places.TryTake(1));
        Assert.False(places.TryTake(1));
    }

    [Fact]
    public void TryTake_MoreThanThereAre_TakesNone()
    {
        var places = new QueuePlaces(3);
        places.TryTake(2);

        Assert.False(places.TryTake(2));
        Assert.Equal(2, places.Taken);
    }
}
