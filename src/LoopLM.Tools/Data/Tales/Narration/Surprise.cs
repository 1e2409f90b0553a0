using System.Collections.Frozen;
using LoopLM.Tools.Data.Tales.Words;

namespace LoopLM.Tools.Data.Tales.Narration;

/// <summary>
/// Keeps tales from sharing long runs of words: estimates how surprising each run of 13 words is, so that a narrator can say a predictable
/// one
/// in another way.
/// </summary>
internal sealed class Surprise
{
    /// <summary>Words of a run.</summary>
    public const int Run = 13;

    /// <summary>Bits that a sentence's place in its plot adds to the choice of its pattern, at the least.</summary>
    private const double BitsOfEvent = 2;

    private static readonly FrozenDictionary<string, double> s_bits = Words();

    private readonly List<(string Word, double Bits)> _tail = [];

    /// <summary>The words of a sentence with their bits; empty ones for those that no slot is filled with.</summary>
    /// <param name="sentence">The sentence.</param>
    /// <param name="patterns">How many patterns it was chosen from.</param>
    /// <param name="choices">Bits of the choices between fixed words.</param>
    public static List<(string Word, double Bits)> Of(string sentence, int patterns, double choices)
    {
        List<(string Word, double Bits)> words = [.. sentence.Split(' ').Select(word => word.Trim('"', ',', '.', '!', '?', ':'))
            .Select(word => word.EndsWith("'s", StringComparison.Ordinal) ? word[..^2] : word)
            .Select(word => s_bits.TryGetValue(word, out var bits) ? (word, bits) : ("", 0))];
        var share = (BitsOfEvent + Math.Log2(patterns) + choices) / words.Count;
        for (var i = 0; i < words.Count; i++)
        {
            words[i] = (words[i].Word, words[i].Bits + share);
        }

        return words;
    }

    /// <summary>Bits of the least surprising run that ends in a sentence to come; a word that is said twice counts once.</summary>
    public double Least(List<(string Word, double Bits)> next)
    {
        List<(string Word, double Bits)> all = [.. _tail, .. next];
        var least = double.PositiveInfinity;
        for (var end = Math.Max(Run, _tail.Count + 1); end <= all.Count; end++)
        {
            var bits = 0.0;
            for (var i = end - Run; i < end; i++)
            {
                var seen = false;
                for (var j = end - Run; j < i && !seen && all[i].Word.Length > 0; j++)
                {
                    seen = all[j].Word == all[i].Word;
                }

                bits += seen ? 0 : all[i].Bits;
            }

            least = Math.Min(least, bits);
        }

        return least;
    }

    /// <summary>Goes on behind a sentence.</summary>
    public void Add(List<(string Word, double Bits)> said)
    {
        _tail.AddRange(said);
        _tail.RemoveRange(0, Math.Max(0, _tail.Count - Run + 1));
    }

    private static FrozenDictionary<string, double> Words()
    {
        var bits = new Dictionary<string, double>();
        void Add(IEnumerable<string> words, int count)
        {
            foreach (var word in words)
            {
                bits.TryAdd(word, Math.Log2(count));
            }
        }

        Add(Lexicon.Names.Keys, Lexicon.Names.Count);
        Add(Lexicon.Kinds.Keys, Lexicon.Kinds.Count);
        Add(Lexicon.Things.Keys, Lexicon.Things.Count);
        Add(Lexicon.Places.Keys, Lexicon.Places.Count);
        Add([.. Lexicon.Foods.Keys, .. Lexicon.Foods.Values], Lexicon.Foods.Count);
        Add(Lexicon.Colours, Lexicon.Colours.Count);
        Add(Lexicon.Looks, Lexicon.Looks.Count);
        Add(Lexicon.Numbers.Skip(1).Take(10), 6);
        Add(Lexicon.Traits["good"], Lexicon.Traits["good"].Length);
        Add(Lexicon.Places.Values.SelectMany(place => place.Adjectives), 4);
        return bits.ToFrozenDictionary();
    }
}
