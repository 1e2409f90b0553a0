using System.Text.RegularExpressions;
using LoopLM.Tools.Data.Tales;
using LoopLM.Tools.Data.Tales.Words;

namespace LoopLM.Tools.Tests.Data.Tales.Checking;

/// <summary>Ways to spoil a tale. Some leave it sound: a sentence about the weather is not missed.</summary>
internal static class TaleMutations
{
    /// <summary>Exchanges two people in one sentence.</summary>
    public static string SwapPeople(Tale tale, Random random)
    {
        var (one, other) = (OneOf(tale.Cast.People.Keys, random), OneOf(tale.Cast.People.Keys, random));
        return Change(tale, random, text => Regex.Replace(text, $@"\b({one}|{other})\b", match => match.Value == one ? other : one));
    }

    /// <summary>Puts another place of the tale into one sentence.</summary>
    public static string SwapPlaces(Tale tale, Random random)
    {
        var other = OneOf(tale.Cast.Places.Keys, random);
        return Change(tale, random, text => tale.Cast.Places.Keys.Where(one => one != other)
            .Aggregate(text, (changed, one) => Regex.Replace(
            changed,
            $@"\b({Lexicon.Places[one].Preposition}|to) the (\w+ )?{one}\b",
            match => $"{(match.Groups[1].Value == "to" ? "to" : Lexicon.Places[other].Preposition)} the {other}")));
    }

    /// <summary>Leaves a sentence out.</summary>
    public static string Delete(Tale tale, Random random)
    {
        var gone = random.Next(tale.Sentences.Count);
        return Tale.TextOf(tale.Sentences.Where((_, number) => number != gone));
    }

    /// <summary>Exchanges two sentences that follow each other.</summary>
    public static string Transpose(Tale tale, Random random)
    {
        var sentences = tale.Sentences.ToArray();
        var first = random.Next(sentences.Length - 1);
        (sentences[first], sentences[first + 1]) =
            (sentences[first] with { Text = sentences[first + 1].Text }, sentences[first + 1] with { Text = sentences[first].Text });
        return Tale.TextOf(sentences);
    }

    /// <summary>Changes one of the sentences that the change has a grip on; the text as it was where there is none.</summary>
    private static string Change(Tale tale, Random random, Func<string, string> change)
    {
        var sentences = tale.Sentences.ToArray();
        var changeable = Enumerable.Range(0, sentences.Length)
            .Where(number => change(sentences[number].Text) != sentences[number].Text).ToList();
        if (changeable.Count > 0)
        {
            var number = changeable[random.Next(changeable.Count)];
            sentences[number] = sentences[number] with { Text = change(sentences[number].Text) };
        }

        return Tale.TextOf(sentences);
    }

    private static string OneOf(IEnumerable<string> choices, Random random) => choices.ElementAt(random.Next(choices.Count()));
}
