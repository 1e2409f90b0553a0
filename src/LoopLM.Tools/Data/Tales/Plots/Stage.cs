using System.Globalization;
using LoopLM.Tools.Data.Tales.Narration;
using LoopLM.Tools.Data.Tales.Words;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Plots;

/// <summary>Where a plot plays: it makes people, things and places, and lets events happen.</summary>
internal sealed class Stage
{
    private readonly Cast _cast = new();
    private readonly Narrator _narrator;

    /// <summary>Sets a stage for a hero and a thing.</summary>
    /// <param name="random">Decides what happens and how it is told.</param>
    /// <param name="hero">Whom the tale is about.</param>
    /// <param name="thing">What it is about, a noun; null where the plot counts food.</param>
    public Stage(Random random, Person hero, string? thing)
    {
        (Random, Hero, _narrator) = (random, hero.Name, new(_cast, random));
        _cast.People.Add(hero.Name, hero);
        Thing = thing is null ? "" : AddThing(thing);
    }

    /// <summary>Decides what happens.</summary>
    public Random Random { get; }

    /// <summary>Name of the hero.</summary>
    public string Hero { get; }

    /// <summary>Noun of the thing that the tale is about.</summary>
    public string Thing { get; }

    /// <summary>Who and what there is.</summary>
    public Cast Cast => _cast;

    /// <summary>What has been told.</summary>
    public IReadOnlyList<Sentence> Sentences => _narrator.Sentences;

    /// <summary>The world so far.</summary>
    public TaleWorld World => _narrator.World;

    /// <summary>Whether something happens that has this chance.</summary>
    public bool Chance(double chance) => Random.NextDouble() < chance;

    /// <summary>One of several.</summary>
    public T OneOf<T>(params IReadOnlyList<T> choices) => choices[Random.Next(choices.Count)];

    /// <summary>A number.</summary>
    /// <param name="low">The least.</param>
    /// <param name="high">The greatest.</param>
    public int Number(int low, int high) => Random.Next(low, high + 1);

    /// <summary>Someone new, of a name and kind that the tale does not have yet.</summary>
    /// <param name="traits">Which traits to choose from.</param>
    public string Person(string traits = "good")
    {
        for (; ; )
        {
            var person = Draw(Random, traits);
            if (_cast.People.Values.All(other => other.Name != person.Name && other.Kind != person.Kind))
            {
                _cast.People.Add(person.Name, person);
                return person.Name;
            }
        }
    }

    /// <summary>A new thing.</summary>
    /// <param name="isTool">Whether it has to overcome an obstacle.</param>
    public string NewThing(bool isTool = false)
    {
        for (; ; )
        {
            var noun = OneOf(Lexicon.Ordered.Things);
            if (!_cast.Things.ContainsKey(noun) && (!isTool || Lexicon.Things[noun].Block is not null))
            {
                return AddThing(noun);
            }
        }
    }

    /// <summary>A new place.</summary>
    public string Place()
    {
        for (; ; )
        {
            var noun = OneOf(Lexicon.Ordered.Places);
            if (_cast.Places.TryAdd(noun, OneOf(Lexicon.Places[noun].Adjectives)))
            {
                return noun;
            }
        }
    }

    /// <summary>Begins a paragraph.</summary>
    public void Paragraph() => _narrator.Paragraph();

    /// <summary>Lets an event happen.</summary>
    /// <param name="name">Name of its rule.</param>
    /// <param name="roles">Who and what has its roles, in their order; null where that is unsaid.</param>
    public void Tell(string name, params IReadOnlyList<string?> roles)
    {
        var rule = PatternBook.Rules[name];
        var filled = rule.Roles.Zip(roles).Where(pair => pair.Second is not null).ToDictionary(pair => pair.First, pair => pair.Second!);
        var entering = rule.New is { } role ? filled[role] : "";
        _narrator.Tell(new(rule, filled)
        {
            NewPerson = _cast.People.GetValueOrDefault(entering),
            NewThing = _cast.Things.GetValueOrDefault(entering)
        });
    }

    /// <summary>Lets an event with a number happen.</summary>
    public void Count(string name, string person, int number, string food, string? place = null) =>
        Tell(name, person, Digits(number), food, place);

    /// <summary>A number as events have it.</summary>
    public static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Draws someone.</summary>
    public static Person Draw(Random random, string traits)
    {
        for (; ; )
        {
            var (name, kind) = (Lexicon.Ordered.Names[random.Next(Lexicon.Ordered.Names.Count)],
                Lexicon.Ordered.Kinds[random.Next(Lexicon.Ordered.Kinds.Count)]);
            if (Lexicon.Kinds[kind] is null || Lexicon.Kinds[kind] == Lexicon.Names[name])
            {
                return new(name, kind, Lexicon.Traits[traits][random.Next(Lexicon.Traits[traits].Length)]);
            }
        }
    }

    private string AddThing(string noun)
    {
        _cast.Things.Add(noun, new(noun, OneOf(Lexicon.Looks), OneOf(Lexicon.Colours)));
        return noun;
    }
}
