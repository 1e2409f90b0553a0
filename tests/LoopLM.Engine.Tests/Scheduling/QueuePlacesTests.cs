using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Tests.Scheduling;

public sealed class QueuePlacesTests
{
    [Fact]
    public void TryTake_FromManyThreads_GivesExactlyThePlacesThereAre()
    {
        var places = new QueuePlaces(100, 1000);
        var taken = 0;

        Parallel.For(0, 1000, _ => Interlocked.Add(ref taken, places.TryTake(1, 5) ? 1 : 0));

        Assert.Equal((100, 100), (taken, places.Taken));
    }

    [Fact]
    public void Return_FullQueue_MakesRoomForOne()
    {
        var places = new QueuePlaces(1, 1000);
        places.TryTake(1, 5);

        places.Return(1, 5);

        Assert.True(places.TryTake(1, 5));
        Assert.False(places.TryTake(1, 5));
    }

    [Fact]
    public void TryTake_MoreThanThereAre_TakesNone()
    {
        var places = new QueuePlaces(3, 1000);
        places.TryTake(2, 5);

        Assert.False(places.TryTake(2, 5));
        Assert.Equal(2, places.Taken);
    }

    [Fact]
    public void TryTake_MoreTokensThanMayWait_TakesNone()
    {
        var places = new QueuePlaces(100, 10);
        places.TryTake(1, 6);

        Assert.False(places.TryTake(1, 5));
        Assert.Equal((1, 6L), (places.Taken, places.Tokens));
    }

    [Fact]
    public void TryTake_LongPromptAndNothingWaits_TakesAPlace() => Assert.True(new QueuePlaces(100, 10).TryTake(1, 11));
}
