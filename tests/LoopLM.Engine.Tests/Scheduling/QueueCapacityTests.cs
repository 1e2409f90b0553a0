using LoopLM.Engine.Requests;
using LoopLM.Engine.Scheduling;
using LoopLM.Engine.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace LoopLM.Engine.Tests.Scheduling;

public sealed class QueueCapacityTests : IDisposable
{
    private static readonly RequestClient s_alice = new("alice");
    private static readonly RequestClient s_bob = new("bob");

    private readonly EngineMetrics _metrics = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void TryTake_FromManyThreads_GivesExactlyThePlacesThereAre()
    {
        var places = Create(100, 1000);
        var taken = 0;

        Parallel.For(0, 1000, _ => Interlocked.Add(ref taken, places.TryReserve(RequestClient.Local, 1, 5) ? 1 : 0));

        Assert.Equal((100, 100), (taken, places.Taken));
    }

    [Fact]
    public void Return_FullQueue_MakesRoomForOne()
    {
        var places = Create(1, 1000);
        places.TryReserve(s_alice, 1, 5);

        places.Return(s_alice, 1, 5);

        Assert.Equal((0, 0), (places.Taken, places.Clients));
        Assert.True(places.TryReserve(s_alice, 1, 5));
        Assert.False(places.TryReserve(s_alice, 1, 5));
    }

    [Fact]
    public void TryTake_MoreThanThereAre_TakesNone()
    {
        var places = Create(3, 1000);
        places.TryReserve(s_alice, 2, 5);

        Assert.False(places.TryReserve(s_bob, 2, 5));
        Assert.Equal(2, places.Taken);
    }

    [Fact]
    public void TryTake_MoreTokensThanMayWait_TakesNone()
    {
        var places = Create(100, 10);
        places.TryReserve(s_alice, 1, 6);

        Assert.False(places.TryReserve(s_bob, 1, 5));
        Assert.Equal((1, 6L), (places.Taken, places.Tokens));
    }

    [Fact]
    public void TryTake_LongPromptAndNothingWaits_TakesAPlace() => Assert.True(Create(100, 10).TryReserve(s_alice, 1, 11));

    [Theory]
    [InlineData(1, 50)]
    [InlineData(3, 75)]
    public void TryTake_OneClientFloods_HasAsManyAsItLeavesFreeTimesItsWeight(int weight, int share)
    {
        var places = Create(100, 100_000);

        var taken = TakeAll(places, s_alice with { Weight = weight }, tokens: 1);

        Assert.Equal(share, taken);
        Assert.True(places.TryReserve(s_bob, 1, 1));
    }

    [Fact]
    public void TryTake_ThreeAddressesFlood_LeavePlacesForTheNext()
    {
        var places = Create(100, 100_000);
        for (var i = 0; i < 3; i++)
        {
            TakeAll(places, new RequestClient("anonymous", $"10.0.0.{i}"), tokens: 1);
        }

        Assert.InRange(TakeAll(places, new RequestClient("anonymous", "10.0.0.4"), tokens: 1), 5, 25);
    }

    [Fact]
    public void TryTake_OneClientFloodsWithTokens_LeavesHalf()
    {
        var places = Create(1000, 100);

        Assert.Equal(10, TakeAll(places, s_alice, tokens: 5));
        Assert.True(places.TryReserve(s_bob, 1, 50));
    }

    [Fact]
    public void TryTake_Local_HasEveryPlace() => Assert.Equal(100, TakeAll(Create(100, 100), RequestClient.Local, tokens: 1));

    [Fact]
    public void DrainTime_NothingWasAdmittedYet_GrowsWithTheWait()
    {
        var places = Create(100, 1000);
        Assert.Equal(TimeSpan.Zero, places.DrainTime());
        places.TryReserve(s_alice, 4, 4);

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.FromSeconds(8), places.DrainTime());
    }

    [Fact]
    public void DrainTime_RequestsAreAdmitted_FollowsTheirPace()
    {
        var places = Steady(seconds: 2);
        Assert.Equal(20, places.DrainTime().TotalSeconds, precision: 3);

        for (var i = 0; i < 1000; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(0.5));
            places.Admit(s_alice, 1);
            places.TryReserve(s_alice, 1, 1);
        }

        Assert.Equal(5, places.DrainTime().TotalSeconds, precision: 1);
    }

    [Fact]
    public void DrainTime_AdmissionsInBursts_IsTheirMeanPaceWheneverItIsAsked()
    {
        var places = Create(1000, 1000);
        places.TryReserve(s_alice, 400, 400);
        for (var burst = 0; burst < 60; burst++)
        {
            _time.Advance(TimeSpan.FromSeconds(8));
            for (var i = 0; i < 16; i++)
            {
                places.Admit(s_alice, 1);
            }

            places.TryReserve(s_alice, 16, 16);
        }

        Assert.InRange(places.DrainTime().TotalSeconds, 180, 220);
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.InRange(places.DrainTime().TotalSeconds, 190, 230);
    }

    [Fact]
    public void DrainTime_AdmissionsStop_Grows()
    {
        var places = Steady(seconds: 2);

        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(6000, places.DrainTime().TotalSeconds, precision: 0);
    }

    [Fact]
    public void DrainTime_RequestsThatNeverWaited_DoNotCount()
    {
        var places = Steady(seconds: 2);
        places.Return(s_alice, 10, 10);
        for (var i = 0; i < 100; i++)
        {
            places.TryReserve(s_alice, 1, 1);
            places.Admit(s_alice, 1);
        }

        places.TryReserve(s_alice, 10, 10);

        Assert.Equal(20, places.DrainTime().TotalSeconds, precision: 3);
    }

    private static int TakeAll(QueueCapacity places, RequestClient client, int tokens)
    {
        var taken = 0;
        while (places.TryReserve(client, 1, tokens))
        {
            taken++;
        }

        return taken;
    }

    private QueueCapacity Create(int capacity, long tokens) => new(capacity, tokens, _metrics, _time);

    /// <summary>Ten requests wait, and one of them was admitted every so many seconds.</summary>
    private QueueCapacity Steady(double seconds)
    {
        var places = Create(100, 1000);
        places.TryReserve(s_alice, 15, 15);
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(seconds));
            places.Admit(s_alice, 1);
        }

        return places;
    }
}
