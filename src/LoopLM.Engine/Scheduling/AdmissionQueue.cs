using LoopLM.Engine.Requests;

namespace LoopLM.Engine.Scheduling;

/// <summary>
/// Sequences that wait for admission. Clients share it by self-clocked fair queueing: the next sequence is that of the client whose
/// admitted cost, with this sequence and by weight, is least. Within a client the groups take turns, first come first served, one sequence
/// each time. A sequence that does not fit yet lets others after it pass, a bounded number of times: then it is protected until it fits.
/// </summary>
/// <remarks>
/// Virtual time is the largest finish that was admitted. A client begins there when something of it begins to wait, so one that was away
/// has neither credit nor debt, and nothing is kept of it. Every newcomer that is admitted moves virtual time on, so no crowd of them
/// can hold up a client for good.
/// </remarks>
internal sealed class AdmissionQueue
{
    /// <summary>How often a waiting sequence may be passed.</summary>
    public const int MaxBypasses = 8;

    /// <summary>How many sequences are tried, in order.</summary>
    public const int MaxScan = 64;

    private readonly Dictionary<RequestClient, ClientShare> _byClient = [];

    // The same clients in the order of their finishes.
    private readonly List<ClientShare> _clients = [];

    // In the order of arrival.
    private readonly LinkedList<SequenceGroup> _unstarted = new();
    private readonly List<Sequence> _passed = [];
    private double _virtualTime;

    /// <summary>Sequences that wait.</summary>
    public int Count { get; private set; }

    /// <summary>The sequence that has waited longest of the groups of which nothing has started; null where there is none.</summary>
    public Sequence? OldestUnstarted => _unstarted.First?.Value.Waiting[0];

    /// <summary>Any sequence that waits; null where none does.</summary>
    public Sequence? Any => _clients is [var client, ..] ? client.Groups[0].Waiting[0] : null;

    public void Enqueue(SequenceGroup group)
    {
        foreach (var sequence in group.Sequences)
        {
            sequence.Enqueue();
        }

        group.Unstarted = _unstarted.AddLast(group);
        Count += group.Waiting.Count;
        if (_byClient.TryGetValue(group.Client, out var client))
        {
            client.Groups.Add(group);
            return;
        }

        client = new ClientShare(group.Client) { Start = _virtualTime, Groups = { group } };
        _byClient.Add(group.Client, client);
        Insert(client);
    }

    /// <summary>Takes out the next sequence that fits.</summary>
    /// <param name="fits">Whether a sequence fits now; if so it takes its place.</param>
    public Sequence? Admit(Func<Sequence, bool> fits)
    {
        _passed.Clear();
        foreach (var client in _clients)
        {
            foreach (var group in client.Groups)
            {
                var next = group.Waiting[0];
                if (fits(next))
                {
                    _passed.ForEach(passed => passed.Bypass());
                    Admit(client, group, next);
                    return next;
                }

                _passed.Add(next);
                if (next.Bypassed >= MaxBypasses || _passed.Count == MaxScan)
                {
                    return null;
                }
            }
        }

        return null;
    }

    /// <summary>Takes out a sequence that waits.</summary>
    public void Remove(Sequence sequence)
    {
        var client = _byClient[sequence.Client];
        Remove(client, client.Groups.Find(group => group.Waiting.Contains(sequence))!, sequence);
    }

    /// <summary>Checks that every waiting sequence is counted once and that the clients are in order.</summary>
    /// <exception cref="InvalidOperationException">One is not, or they do not.</exception>
    public void Audit()
    {
        var groups = _clients.SelectMany(client => client.Groups).ToArray();
        var counted = groups.Sum(group => group.Waiting.Count) == Count
            && groups.All(group => group.Waiting.Count > 0) && groups.Distinct().Count() == groups.Length;
        var known = _clients.Count == _byClient.Count
            && _clients.All(client => _byClient[client.Client] == client && client.Groups.Count > 0);
        var ordered = _clients.Zip(_clients.Skip(1)).All(pair => pair.First.Finish <= pair.Second.Finish);
        var unstarted = groups.Where(group => group.Unstarted is not null).ToHashSet().SetEquals(_unstarted);
        if (!counted || !known || !ordered || !unstarted)
        {
            throw new InvalidOperationException(
                "Admission queue: (every sequence counted, every client known, clients in order, groups without a start known) = "
                + $"{(counted, known, ordered, unstarted)}.");
        }
    }

    private void Admit(ClientShare client, SequenceGroup group, Sequence admitted)
    {
        client.Start += (double)admitted.Cost / client.Client.Weight;
        _virtualTime = Math.Max(_virtualTime, client.Start);

        // The next turn is another group's.
        client.Groups.Remove(group);
        client.Groups.Add(group);
        Remove(client, group, admitted);
        Start(group);
    }

    private void Remove(ClientShare client, SequenceGroup group, Sequence sequence)
    {
        Count--;
        group.Waiting.Remove(sequence);
        if (group.Waiting.Count == 0)
        {
            client.Groups.Remove(group);
            Start(group);
        }

        _clients.Remove(client);
        if (client.Groups.Count > 0)
        {
            Insert(client);
        }
        else
        {
            _byClient.Remove(client.Client);
        }
    }

    private void Start(SequenceGroup group)
    {
        if (group.Unstarted is { } node)
        {
            _unstarted.Remove(node);
            group.Unstarted = null;
        }
    }

    /// <summary>Puts a client after those that finish no later.</summary>
    private void Insert(ClientShare client)
    {
        var finish = client.Finish;
        var index = _clients.Count;
        while (index > 0 && _clients[index - 1].Finish > finish)
        {
            index--;
        }

        _clients.Insert(index, client);
    }
}
