using System.Globalization;
using LoopLM.Tools.Data.Tales.Words;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Narration;

/// <summary>Writes what stands in a slot; <see cref="Checking.SlotReader"/> reads the same forms.</summary>
/// <param name="context">What the sentence can rely on.</param>
/// <param name="random">Chooses between the ways to say the same.</param>
/// <param name="fully">Whether names and adjectives are said wherever they can be.</param>
internal sealed class SlotWriter(TaleContext context, Random random, bool fully)
{
    private const double PronounShare = 0.6;
    private const double KindShare = 0.25;
    private const double FullShare = 0.35;

    /// <summary>Writes a slot.</summary>
    public string Write(PatternPart slot, TaleEvent happening)
    {
        var id = happening.Of(slot.Role) ?? throw new InvalidOperationException($"{happening} has no {slot.Role}.");
        return slot.Role switch
        {
            'o' or 'q' => OfThing(slot.Form, id),
            'p' => OfPlace(slot.Form, id),
            'n' => Count(int.Parse(id, CultureInfo.InvariantCulture), happening.Of('f')!),
            _ => OfPerson(slot, id, happening),
        };
    }

    /// <summary>A number with what is counted.</summary>
    public static string Count(int number, string food) => $"{Lexicon.Numbers[number]} {(number == 1 ? food : Lexicon.Foods[food])}";

    private string OfPerson(PatternPart slot, string name, TaleEvent happening)
    {
        var gender = Lexicon.Names[name];
        return slot.Form switch
        {
            "he" => gender == Gender.She ? "she" : "he",
            "him" => gender == Gender.She ? "her" : "him",
            "his" => gender == Gender.She ? "her" : "his",
            "himself" => gender == Gender.She ? "herself" : "himself",
            "new" => Introduce(context.Cast.People[name]),
            "name" => name,
            "s" => $"{Reference(name, happening)}'s",
            _ when slot.IsSubject && !fully && context.Person(gender) == name && random.NextDouble() < PronounShare =>
                gender == Gender.She ? "she" : "he",
            _ => Reference(name, happening),
        };
    }

    private string Reference(string name, TaleEvent happening) =>
        happening.NewPerson?.Name != name && !fully && random.NextDouble() < KindShare ? $"the {context.Cast.People[name].Kind}" : name;

    private string Introduce(Person person) => random.Next(3) switch
    {
        0 => $"{person.Name} the {person.Trait} {person.Kind}",
        1 => $"{Lexicon.WithArticle(person.Trait)} {person.Kind} called {person.Name}",
        _ => $"{Lexicon.WithArticle(person.Trait)} {person.Kind} named {person.Name}",
    };

    private string OfThing(string form, string noun) => form switch
    {
        "" => $"the {Described(noun)}",
        "a" => Lexicon.WithArticle($"{context.Cast.Things[noun].Look} {context.Cast.Things[noun].Colour} {noun}"),
        "n" => fully || random.NextDouble() < FullShare ? $"{context.Cast.Things[noun].Colour} {noun}" : noun,
        "noun" => noun,
        "colour" => context.Cast.Things[noun].Colour,
        "kind" => Lexicon.WithArticle(noun),
        "it" => "it",
        "use" => Lexicon.Things[noun].Use,
        "block" => Lexicon.Things[noun].Block!,
        "solve" => Lexicon.Things[noun].Solve!,
        _ => throw new InvalidOperationException($"A thing has no form '{form}'."),
    };

    private string Described(string noun)
    {
        var thing = context.Cast.Things[noun];
        return (fully ? 0 : random.Next(8)) switch
        {
            0 => $"{thing.Look} {thing.Colour} {noun}",
            1 or 2 => $"{thing.Colour} {noun}",
            3 => $"{thing.Look} {noun}",
            _ => noun,
        };
    }

    private string OfPlace(string form, string noun)
    {
        var words = fully || random.Next(3) > 0 ? $"the {context.Cast.Places[noun]} {noun}" : $"the {noun}";
        return $"{(form == "to" ? "to" : Lexicon.Places[noun].Preposition)} {words}";
    }
}
