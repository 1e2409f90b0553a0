using LoopLM.Tools.Data.Tales.Words;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Questions;

/// <summary>The ways to name the people and things of a tale, from their names to descriptions within descriptions.</summary>
internal sealed class References
{
    private static readonly (string Event, string Verb)[] s_verbs = [.. TaleFile.Lines("descriptions.txt")
        .Select(line => line.Split(" | ")).Select(line => (line[0], line[1]))];

    private readonly Chronicle _chronicle;

    /// <summary>Names all that can be named in one way only.</summary>
    public References(Chronicle chronicle, Cast cast)
    {
        _chronicle = chronicle;
        Names = [.. cast.People.Keys.Select(name => new Reference(name, name, []))];
        Nouns = [.. cast.Things.Keys.Select(noun => new Reference($"the {noun}", noun, []))];
        var kinds = chronicle.Events.Where(each => each.Event.NewPerson is not null)
            .Select(each => new Reference($"the {each.Event.NewPerson!.Kind}", each.Event.NewPerson.Name, [each.Number])).ToList();
        var (doers, done) = (Doers(Nouns).ToList(), Done(Names).ToList());
        People = [.. Names, .. kinds, .. doers, .. Doers(done), .. Friends([.. Names, .. doers])];
        Things = [.. Nouns, .. done, .. Done(doers)];
    }

    /// <summary>People by their names.</summary>
    public IReadOnlyList<Reference> Names { get; }

    /// <summary>Things by their nouns.</summary>
    public IReadOnlyList<Reference> Nouns { get; }

    /// <summary>People in every way.</summary>
    public IReadOnlyList<Reference> People { get; }

    /// <summary>Things in every way.</summary>
    public IReadOnlyList<Reference> Things { get; }

    /// <summary>Those who alone did something with a thing, with the verb.</summary>
    public IEnumerable<(string Verb, Answer Doer)> DoersOf(Reference thing)
    {
        foreach (var (name, verb) in s_verbs)
        {
            if (_chronicle.Only(happening => happening.Rule.Name == name && happening.Of('o') == thing.Id) is var (number, found)
                && !thing.Evidence.Contains(number))
            {
                yield return (verb, new(found.Of('a')!, thing.Evidence.Add(number)));
            }
        }
    }

    private IEnumerable<Reference> Doers(IEnumerable<Reference> things) =>
        things.SelectMany(thing => DoersOf(thing)
            .Select(pair => new Reference($"the one who {pair.Verb} {thing.Text}", pair.Doer.Value, pair.Doer.Evidence)));

    private IEnumerable<Reference> Done(IEnumerable<Reference> people)
    {
        foreach (var person in people)
        {
            foreach (var (name, verb) in s_verbs)
            {
                if (_chronicle.Only(happening => happening.Rule.Name == name && happening.Of('a') == person.Id) is var (number, found)
                    && !person.Evidence.Contains(number))
                {
                    yield return new($"the thing that {person.Text} {verb}", found.Of('o')!, person.Evidence.Add(number));
                }
            }
        }
    }

    private IEnumerable<Reference> Friends(IEnumerable<Reference> people)
    {
        foreach (var person in people)
        {
            if (_chronicle.Only(happening => happening.Rule.Name == "friend" && happening.Of('a') == person.Id) is var (number, found))
            {
                yield return new($"the friend of {person.Text}", found.Of('b')!, person.Evidence.Add(number));
            }
        }
    }
}
