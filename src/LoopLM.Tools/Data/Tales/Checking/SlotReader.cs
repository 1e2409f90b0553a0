using LoopLM.Tools.Data.Tales.Narration;
using LoopLM.Tools.Data.Tales.Words;

namespace LoopLM.Tools.Data.Tales.Checking;

/// <summary>Reads what <see cref="SlotWriter"/> writes.</summary>
internal static class SlotReader
{
    private static readonly string[] s_names = ["named", "called"];
    private static readonly Dictionary<string, int> s_numbers = Lexicon.Numbers.Select((word, number) => (word, number))
        .ToDictionary(pair => pair.word, pair => pair.number);
    private static readonly Dictionary<string, string> s_singular = Lexicon.Foods.ToDictionary(pair => pair.Value, pair => pair.Key);
    private static readonly HashSet<string> s_traits = [.. Lexicon.Traits.Values.SelectMany(traits => traits)];

    /// <summary>Reads a slot; null where the text is something else.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the slot begins.</param>
    /// <param name="context">What the sentence can rely on.</param>
    public static SlotReading? Read(PatternPart slot, string text, int at, TaleContext context) => slot.Role switch
    {
        'o' or 'q' => OfThing(slot.Form, text, at, context),
        'p' => OfPlace(slot.Form, text, at),
        'n' => OfNumber(text, at),
        _ => OfPerson(slot, text, at, context),
    };

    /// <summary>The word at a place, or an empty one.</summary>
    private static string Word(string text, int at)
    {
        at = Math.Min(at, text.Length);
        var end = at;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
        {
            end++;
        }

        return text[at..end];
    }

    private static SlotReading? OfPerson(PatternPart slot, string text, int at, TaleContext context) => slot.Form switch
    {
        "he" => Pronoun(text, at, "she", "he"),
        "him" => Pronoun(text, at, "her", "him"),
        "his" => Pronoun(text, at, "her", "his"),
        "himself" => Pronoun(text, at, "herself", "himself"),
        "new" => Introduction(text, at),
        "name" => Word(text, at) is var name && Lexicon.Names.ContainsKey(name) ? new(at + name.Length, name) : null,
        "s" => Reference(text, at, context) is { } owner && string.CompareOrdinal(text, owner.End, "'s", 0, 2) == 0
            ? owner with { End = owner.End + 2 } : null,
        _ when slot.IsSubject && Pronoun(text, at, "she", "he") is { } pronoun =>
            pronoun with { Id = context.Person(pronoun.Gender!.Value) ?? $"{Word(text, at)}?" },
        _ => Reference(text, at, context),
    };

    private static SlotReading? Pronoun(string text, int at, string she, string he) => Word(text, at) switch
    {
        var word when word == she => new(at + word.Length, null) { Gender = Gender.She },
        var word when word == he => new(at + word.Length, null) { Gender = Gender.He },
        _ => null,
    };

    private static SlotReading? Reference(string text, int at, TaleContext context)
    {
        var word = Word(text, at);
        if (Lexicon.Names.ContainsKey(word))
        {
            return new(at + word.Length, word);
        }

        var kind = word == "the" ? Word(text, at + 4) : "";
        return Lexicon.Kinds.ContainsKey(kind)
            ? new(at + 4 + kind.Length, context.Cast.People.Values.FirstOrDefault(person => person.Kind == kind)?.Name ?? $"the {kind}")
            : null;
    }

    private static SlotReading? Introduction(string text, int at)
    {
        var words = text[at..Math.Min(text.Length, at + 60)].Split(' ', ',', '.', '?');
        var length = (int count) => words[..count].Sum(word => word.Length) + count - 1;
        return words switch
        {
            [var name, "the", var trait, var kind, ..] when Lexicon.Names.ContainsKey(name) => New(name, trait, kind, length(4)),
            [var article, var trait, var kind, var named, var name, ..] when trait.Length > 0 && s_names.Contains(named)
                && Lexicon.WithArticle(trait) == $"{article} {trait}" => New(name, trait, kind, length(5)),
            _ => null,
        };

        SlotReading? New(string name, string trait, string kind, int count) =>
            Lexicon.Names.ContainsKey(name) && s_traits.Contains(trait) && Lexicon.Kinds.ContainsKey(kind)
                ? new(at + count, name) { Person = new(name, kind, trait) } : null;
    }

    private static SlotReading? OfThing(string form, string text, int at, TaleContext context) => form switch
    {
        "" => Described(text, at, "the"),
        "a" => Word(text, at) is "a" or "an" ? Described(text, at, Word(text, at)) : null,
        "kind" => Word(text, at) is "a" or "an" && Described(text, at, Word(text, at)) is { Thing: { Look: "", Colour: "" } } kind
            ? kind : null,
        "n" => Described(text, at, ""),
        "noun" => Described(text, at, "") is { Thing: { Look: "", Colour: "" } } noun ? noun : null,
        "it" => Word(text, at) == "it" ? new(at + 2, context.Thing ?? "it?") : null,
        "colour" => Word(text, at) is var colour && Lexicon.Colours.Contains(colour)
            ? new(at + colour.Length, null) { Thing = new("", "", colour) } : null,
        "use" => Phrase(text, at, word => word.Use),
        "block" => Phrase(text, at, word => word.Block),
        "solve" => Phrase(text, at, word => word.Solve),
        _ => throw new InvalidOperationException($"A thing has no form '{form}'."),
    };

    /// <summary>An article, perhaps a word for its look, perhaps a colour, and a noun.</summary>
    private static SlotReading? Described(string text, int at, string article)
    {
        if (article.Length > 0)
        {
            if (Word(text, at) != article)
            {
                return null;
            }

            at += article.Length + 1;
        }

        var first = Word(text, at);
        var (look, colour) = ("", "");
        if (Lexicon.Looks.Contains(Word(text, at)))
        {
            look = Word(text, at);
            at += look.Length + 1;
        }

        if (Lexicon.Colours.Contains(Word(text, at)))
        {
            colour = Word(text, at);
            at += colour.Length + 1;
        }

        var noun = Word(text, at);
        if (!Lexicon.Things.ContainsKey(noun))
        {
            return null;
        }

        var agrees = article is "" or "the" || Lexicon.WithArticle(first).StartsWith(article + " ", StringComparison.Ordinal);
        return agrees ? new(at + noun.Length, noun) { Thing = new(noun, look, colour) } : null;
    }

    /// <summary>A phrase that belongs to one noun; of phrases that begin alike, the longest.</summary>
    private static SlotReading? Phrase(string text, int at, Func<ThingWord, string?> of) => Lexicon.Things.Values
        .Where(word => of(word) is { } phrase && string.CompareOrdinal(text, at, phrase, 0, phrase.Length) == 0)
        .OrderByDescending(word => of(word)!.Length)
        .Select(word => new SlotReading(at + of(word)!.Length, word.Noun))
        .FirstOrDefault();

    private static SlotReading? OfPlace(string form, string text, int at)
    {
        var preposition = Word(text, at);
        at += preposition.Length + 1;
        if (Word(text, at) != "the")
        {
            return null;
        }

        at += 4;
        var (adjective, noun) = (Word(text, at), Word(text, at));
        if (text.AsSpan(Math.Min(text.Length, at + adjective.Length)) is [' ', ..]
            && Lexicon.Places.TryGetValue(Word(text, at + adjective.Length + 1), out var described)
            && described.Adjectives.Contains(adjective))
        {
            noun = described.Noun;
            at += adjective.Length + 1;
        }
        else
        {
            adjective = null;
        }

        return Lexicon.Places.TryGetValue(noun, out var place) && preposition == (form == "to" ? "to" : place.Preposition)
            ? new(at + noun.Length, noun) { Adjective = adjective } : null;
    }

    private static SlotReading? OfNumber(string text, int at)
    {
        var word = Word(text, at);
        if (!s_numbers.TryGetValue(word, out var number))
        {
            return null;
        }

        at += word.Length + 1;
        var noun = Word(text, at);
        var food = number == 1 ? (Lexicon.Foods.ContainsKey(noun) ? noun : null) : s_singular.GetValueOrDefault(noun);
        return food is null ? null : new(at + noun.Length, $"{number}") { Food = food };
    }
}
