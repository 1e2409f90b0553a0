using System.Collections.Frozen;

namespace LoopLM.Tools.Data.Tales.Words;

/// <summary>The words that tales draw their people, things and places from.</summary>
internal static class Lexicon
{
    /// <summary>Names, each of one gender.</summary>
    public static FrozenDictionary<string, Gender> Names { get; } = Fields("names.txt", ":")
        .SelectMany(line => line[1].Split(' ').Select(name => KeyValuePair.Create(name, GenderOf(line[0]))))
        .ToFrozenDictionary();

    /// <summary>What people may be, with the gender that it asks for; null where any will do.</summary>
    public static FrozenDictionary<string, Gender?> Kinds { get; } = Fields("kinds.txt", ":")
        .SelectMany(line => line[1].Split(' ')
            .Select(kind => KeyValuePair.Create(kind, line[0] == "any" ? (Gender?)null : GenderOf(line[0]))))
        .ToFrozenDictionary();

    /// <summary>Traits of those who mean well, <c>good</c>, and of the others, <c>sly</c>.</summary>
    public static FrozenDictionary<string, string[]> Traits { get; } = Fields("traits.txt", ":")
        .ToFrozenDictionary(line => line[0], line => line[1].Split(' '));

    /// <summary>Things by their noun.</summary>
    public static FrozenDictionary<string, ThingWord> Things { get; } = Fields("things.txt", "|")
        .Select(line => new ThingWord(line[0], line[1], line.ElementAtOrDefault(2), line.ElementAtOrDefault(3)))
        .ToFrozenDictionary(thing => thing.Noun);

    /// <summary>Nouns of things that do not break.</summary>
    public static FrozenSet<string> Unbreakable { get; } = TaleFile.Lines("soft.txt").SelectMany(line => line.Split(' ')).ToFrozenSet();

    /// <summary>Places by their noun.</summary>
    public static FrozenDictionary<string, PlaceWord> Places { get; } = Fields("places.txt", "|")
        .Select(line => new PlaceWord(line[0], line[1], line[2].Split(' ')))
        .ToFrozenDictionary(place => place.Noun);

    /// <summary>What is counted: the plural of each singular.</summary>
    public static FrozenDictionary<string, string> Foods { get; } = Fields("foods.txt", " ")
        .ToFrozenDictionary(line => line[0], line => line[1]);

    /// <summary>What things look like.</summary>
    public static IReadOnlyList<string> Looks { get; } = ["small", "big", "little", "tiny", "large", "old", "new", "shiny", "pretty",
        "plain", "fine", "strange"];

    /// <summary>Colours of things.</summary>
    public static IReadOnlyList<string> Colours { get; } = ["red", "blue", "green", "yellow", "white", "black", "brown", "golden",
        "silver", "purple", "orange", "pink", "grey", "violet"];

    /// <summary>Numbers in words; the index is the number.</summary>
    public static IReadOnlyList<string> Numbers { get; } =
    [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
            "fourteen", "fifteen", "sixteen",
        "seventeen", "eighteen", "nineteen", "twenty",
    ];

    /// <summary>The words in the order of their files, which no hash decides, to draw from.</summary>
    public static class Ordered
    {
        public static IReadOnlyList<string> Names { get; } = [.. Fields("names.txt", ":").SelectMany(line => line[1].Split(' '))];

        public static IReadOnlyList<string> Kinds { get; } = [.. Fields("kinds.txt", ":").SelectMany(line => line[1].Split(' '))];

        public static IReadOnlyList<string> Things { get; } = [.. Fields("things.txt", "|").Select(line => line[0])];

        public static IReadOnlyList<string> Places { get; } = [.. Fields("places.txt", "|").Select(line => line[0])];

        public static IReadOnlyList<string> Foods { get; } = [.. Fields("foods.txt", " ").Select(line => line[0])];
    }

    /// <summary>Words behind their article.</summary>
    public static string WithArticle(string words) =>
        $"{(words[0] is 'a' or 'e' or 'i' or 'o' or 'u' || words.StartsWith("hon", StringComparison.Ordinal) ? "an" : "a")} {words}";

    private static Gender GenderOf(string word) => word == "she" ? Gender.She : Gender.He;

    private static IEnumerable<string[]> Fields(string file, string separator) => TaleFile.Lines(file)
        .Select(line => line.Split(separator, StringSplitOptions.TrimEntries));
}
