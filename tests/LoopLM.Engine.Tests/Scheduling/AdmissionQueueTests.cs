using System.Collections.Frozen;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Tests.Scheduling;

public sealed class AdmissionQueueTests
{
    private static readonly RequestClient s_alice = new("alice");
    private static readonly RequestClient s_bob = new("bob");

    private readonly AdmissionQueue _queue = new();
    private readonly Dictionary<Sequence, string> _names = [];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Admit_RandomSizesClientsAndChoices_PassesNobodyMoreOftenThanTheLimitAndAdmitsAll(int seed)
    {
        var random = new Random(seed);
        var clients = new[] { s_alice, s_bob, new RequestClient("carol", Weight: 3) };
        var waiting = new List<Sequence>();
        var running = new Queue<int>();
        var (free, admitted) = (100, 0);
        for (var round = 0; admitted < 3000; round++)
        {
            if (random.Next(2) == 0 && waiting.Count < 200)
            {
                var client = clients[random.Next(clients.Length)];
                var choices = Enumerable.Range(0, random.Next(1, 4))
                    .Select(_ => OfLength(client, random.Next(10) == 0 ? random.Next(50, 101) : random.Next(1, 20)))
                    .ToArray();
                _queue.Enqueue(new SequenceGroup(choices));
                waiting.AddRange(choices);
            }
            else if (_queue.Admit(next => next.Prompt.Length <= free) is { } next)
            {
                waiting.Remove(next);
                Assert.All(waiting, passed => Assert.InRange(passed.Bypassed, 0, AdmissionQueue.MaxBypasses));
                running.Enqueue(next.Prompt.Length);
                free -= next.Prompt.Length;
                admitted++;
            }
            else if (running.TryDequeue(out var length))
            {
                free += length;
            }

            _queue.Audit();
            Assert.Equal(waiting.Count, _queue.Count);
            Assert.True(round < 100_000, "the queue stands still");
        }
    }

    [Fact]
    public void Admit_FirstWasPassedAsOftenAsItMay_LetsNobodyThrough()
    {
        var (large, small) = (OfLength(s_alice, 50), OfLength(s_alice, 1));
        for (var i = 0; i < AdmissionQueue.MaxBypasses; i++)
        {
            large.Bypass();
        }

        _queue.Enqueue(new SequenceGroup([large]));
        _queue.Enqueue(new SequenceGroup([small]));

        Assert.Null(_queue.Admit(next => next == small));
    }

    [Fact]
    public void Admit_RequestsOfOneClient_ComeInTheOrderOfArrival()
    {
        Enqueue(s_alice, "a", length: 9);
        Enqueue(s_alice, "b", length: 1);
        Enqueue(s_alice, "c", length: 5);

        Assert.Equal("a b c", AdmitAll());
    }

    [Fact]
    public void Admit_RequestOfManyChoices_AlternatesWithOthersOfItsClient()
    {
        Enqueue(s_alice, "a", choices: 4);
        Enqueue(s_alice, "b");
        Enqueue(s_alice, "c", choices: 2);

        Assert.Equal("a b c a c a a", AdmitAll());
    }

    [Fact]
    public void Admit_TwoClients_TakeTurnsHoweverManyOneOfThemHas()
    {
        Enqueue(s_alice, "a", choices: 4);
        Enqueue(s_alice, "a", choices: 4);
        Enqueue(s_bob, "b", choices: 3);

        Assert.Equal("a b a b a b a a a a a", AdmitAll());
    }

    [Fact]
    public void Admit_OneClientsRequestsCostFourTimesAsMuch_AdmitsAsManyTimesMoreOfTheOther()
    {
        Enqueue(s_alice, "a", choices: 20, length: 4);
        Enqueue(s_bob, "b", choices: 80, length: 1);

        Assert.Equal(8, AdmitAll().Split(' ').Take(40).Count(name => name == "a"));
    }

    [Fact]
    public void Admit_Weights_AreTheSharesOfWhatIsAdmitted()
    {
        Enqueue(s_alice with { Weight = 3 }, "a", choices: 60);
        Enqueue(s_bob, "b", choices: 60);

        Assert.Equal(30, AdmitAll().Split(' ').Take(40).Count(name => name == "a"));
    }

    [Fact]
    public void Admit_HeavierClientComesSecond_HasItsTurnFirst()
    {
        Enqueue(s_bob, "b");
        Enqueue(s_alice with { Weight = 3 }, "a", choices: 2);

        Assert.Equal("a a b", AdmitAll());
    }

    [Fact]
    public void Admit_ClientComesLate_HasNoCreditForTheTimeBefore()
    {
        Enqueue(s_alice, "a", choices: 30);
        Admit(count: 20);
        Enqueue(s_bob, "b", choices: 5);

        Assert.Equal("a b a b a b a b a b a a a a a", AdmitAll());
    }

    [Fact]
    public void Admit_NewClientsKeepComing_LargeRequestOfABusyClientHasItsTurn()
    {
        Enqueue(s_alice, "busy", length: 100);
        Admit(count: 1);
        Enqueue(s_alice, "large", length: 100);
        var admitted = 0;
        do
        {
            Enqueue(new RequestClient("anonymous", $"{admitted}"), "new", length: 10);
            admitted++;
        }
        while (_names[_queue.Admit(_ => true)!] != "large" && admitted < 100);

        // Ten newcomers cost as much as it does.
        Assert.InRange(admitted, 10, 11);
    }

    [Fact]
    public void OldestUnstarted_OneChoiceHasStarted_IsTheNextRequest()
    {
        Enqueue(s_alice, "a", choices: 2);
        Enqueue(s_bob, "b");
        Admit(count: 1);

        var oldest = _queue.OldestUnstarted!;
        _queue.Remove(oldest);

        Assert.Equal("b", _names[oldest]);
        Assert.Null(_queue.OldestUnstarted);
        Assert.Equal("a", AdmitAll());
    }

    private void Enqueue(RequestClient client, string name, int choices = 1, int length = 1)
    {
        var sequences = Enumerable.Range(0, choices).Select(_ => OfLength(client, length)).ToArray();
        Array.ForEach(sequences, sequence => _names.Add(sequence, name));
        _queue.Enqueue(new SequenceGroup(sequences));
        _queue.Audit();
    }

    private void Admit(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.NotNull(_queue.Admit(_ => true));
            _queue.Audit();
        }
    }

    private string AdmitAll()
    {
        var names = new List<string>();
        while (_queue.Admit(_ => true) is { } next)
        {
            names.Add(_names[next]);
            _queue.Audit();
        }

        return string.Join(' ', names);
    }

    private static Sequence OfLength(RequestClient client, int length) => new(new Generation(1))
    {
        Prompt = new int[length],
        MaxTokens = 1,
        Sampling = SamplingSettings.Greedy,
        Seed = 0,
        Exit = new ExitRule(new FixedPolicy(), 1, 1, 4, default),
        Reservation = new KvReservation(KvLayout.LastExited, length, 0, 4, 4),
        StopTokens = FrozenSet<int>.Empty,
        Reports = new() { Gates = false },
        Cost = length * 4,
        Client = client,
        Window = new PositionWindow(1),
    };
}
