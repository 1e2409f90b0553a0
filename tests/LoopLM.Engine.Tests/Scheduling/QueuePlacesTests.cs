using LoopLM.Engine.Scheduling;
using Microsoft.Extensions.Time.Testing;

namespace LoopLM.Engine.Tests.Scheduling;

public sealed class QueuePlacesTests
{
    [Fact]
    public void TryTake_FromManyThreads_GivesExactlyThePlacesThereAre()
    {
        var places = new QueuePlaces(100, 1000, TimeProvider.System);
        var taken = 0;

        Parallel.For(0, 1000, _ => Interlocked.Add(ref taken, places.TryTake(1, 5) ? 1 : 0));

        Assert.Equal((100, 100), (taken, places.Taken));
    }

    [Fact]
    public void Return_FullQueue_MakesRoomForOne()
    {
        var places = new QueuePlaces(1, 1000, TimeProvider.System);
        places.TryTake(1, 5);

        places.Return(1, 5);

        Assert.True(places.TryTake(1, 5));
        Assert.False(places.TryTake(1, 5));
    }

    [Fact]
    public void TryTake_MoreThanThereAre_TakesNone()
    {
        var places = new QueuePlaces(3, 1000, TimeProvider.System);
        places.TryTake(2, 5);

        Assert.False(places.TryTake(2, 5));
        Assert.Equal(2, places.Taken);
    }

    [Fact]
    public void TryTake_MoreTokensThanMayWait_TakesNone()
    {
        var places = new QueuePlaces(100, 10, TimeProvider.System);
        places.TryTake(1, 6);

        Assert.False(places.TryTake(1, 5));
        Assert.Equal((1, 6L), (places.Taken, places.Tokens));
    }

    [Fact]
    public void TryTake_LongPromptAndNothingWaits_TakesAPlace() => Assert.True(new QueuePlaces(100, 10, TimeProvider.System).TryTake(1, 11));

    [Fact]
    public void DrainTime_NothingWasAdmittedYet_GrowsWithTheWait()
    {
        var time = new FakeTimeProvider();
        var places = new QueuePlaces(100, 1000, time);
        Assert.Equal(TimeSpan.Zero, places.DrainTime());
        places.TryTake(4, 4);

        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.FromSeconds(8), places.DrainTime());
    }

    [Fact]
    public void DrainTime_RequestsAreAdmitted_FollowsTheirPace()
    {
        var (time, places) = Steady(seconds: 2);
        Assert.Equal(20, places.DrainTime().TotalSeconds, precision: 3);

        for (var i = 0; i < 60; i++)
        {
            time.Advance(TimeSpan.FromSeconds(0.5));
            places.Admit(1);
            places.TryTake(1, 1);
        }

        Assert.Equal(5, places.DrainTime().TotalSeconds, precision: 1);
    }

    [Fact]
    public void DrainTime_AdmissionsStop_Grows()
    {
        var (time, places) = Steady(seconds: 2);

        time.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal(70, places.DrainTime().TotalSeconds, precision: 3);
    }

    [Fact]
    public void DrainTime_RequestsThatNeverWaited_DoNotCount()
    {
        var (_, places) = Steady(seconds: 2);
        places.Return(10, 10);
        for (var i = 0; i < 100; i++)
        {
            places.TryTake(1, 1);
            places.Admit(1);
        }

        places.TryTake(10, 10);

        Assert.Equal(20, places.DrainTime().TotalSeconds, precision: 3);
    }

    /// <summary>Ten requests wait, and one of them was admitted every so many seconds.</summary>
    private static (FakeTimeProvider Time, QueuePlaces Places) Steady(double seconds)
    {
        var time = new FakeTimeProvider();
        var places = new QueuePlaces(100, 1000, time);
        places.TryTake(15, 15);
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            places.Admit(1);
        }

        return (time, places);
    }
}
