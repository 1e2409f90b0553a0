using System.Text;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Narration;

/// <summary>Tells events as sentences.</summary>
/// <param name="cast">Who and what the tale is about.</param>
/// <param name="random">Chooses patterns and words.</param>
internal sealed class Narrator(Cast cast, Random random)
{
    /// <summary>Bits that a run of words is to have.</summary>
    private const double FewestBits = 33;

    private const int Tries = 12;

    private readonly Surprise _surprise = new();
    private readonly TaleContext _context = new(cast);
    private readonly List<Sentence> _sentences = [];
    private readonly HashSet<string> _used = [];
    private int _paragraph;

    /// <summary>The sentences so far.</summary>
    public IReadOnlyList<Sentence> Sentences => _sentences;

    /// <summary>The world so far.</summary>
    public TaleWorld World => _context.World;

    /// <summary>Begins a paragraph.</summary>
    public void Paragraph()
    {
        _context.Forget();
        _paragraph++;
    }

    /// <summary>Tells an event by a pattern that the tale has not used, where there is one.</summary>
    /// <exception cref="InvalidOperationException">The event contradicts what has happened, or no pattern fits it.</exception>
    public void Tell(TaleEvent happening)
    {
        if (_context.World.Contradictions(happening).FirstOrDefault() is { } wrong)
        {
            throw new InvalidOperationException($"{wrong} ({happening})");
        }

        var fitting = PatternBook.ByEvent[happening.Rule.Name].Where(pattern => Fits(pattern, happening)).ToList();
        var fresh = fitting.Where(pattern => !_used.Contains(pattern.Id)).ToList();
        var said = Say(happening, fresh.Count > 0 ? fresh : fitting.Count > 0 ? fitting
            : throw new InvalidOperationException($"No pattern fits {happening}."));
        _used.Add(said.Pattern.Id);
        _sentences.Add(said);
        _context.Tell(said.Event);
    }

    /// <summary>
    /// Says an event so that no run of words is too predictable: the first such sentence of some tries,
    /// every other one in full, or the most surprising.
    /// </summary>
    private Sentence Say(TaleEvent happening, List<Pattern> patterns)
    {
        var (best, bestWords, most) = ((Sentence?)null, (List<(string, double)>?)null, double.NegativeInfinity);
        var pattern = patterns[0];
        for (var tries = 0; tries < Tries && most < FewestBits; tries++)
        {
            var again = tries % 2 == 1;
            pattern = again ? pattern : patterns[random.Next(patterns.Count)];
            var said = happening with
            {
                Roles = happening.Roles.Where(pair =>
                pattern.Roles.Contains(pair.Key, StringComparison.Ordinal)).ToDictionary()
            };
            var (text, choices) = Write(pattern, said, fully: again);
            var words = Surprise.Of(text, patterns.Count, choices);
            if (_surprise.Least(words) is var bits && (best is null || bits > most))
            {
                (best, bestWords, most) = (new(pattern, said, text, _paragraph), words, bits);
            }
        }

        _surprise.Add(bestWords!);
        return best!;
    }

    private bool Fits(Pattern pattern, TaleEvent happening) =>
        pattern.Roles.All(role => happening.Of(role) is not null)
        && pattern.Inferred.All(role => _context.Person(cast.People[happening.Of(role)!].Gender) == happening.Of(role))
        && pattern.Parts.All(part => part.Form != "it" || _context.Thing == happening.Of(part.Role));

    /// <summary>Writes a sentence, and how many bits its choices between fixed words have.</summary>
    private (string Text, double Choices) Write(Pattern pattern, TaleEvent happening, bool fully)
    {
        var (text, slots, choices) = (new StringBuilder(), new SlotWriter(_context, random, fully), 0.0);
        foreach (var part in pattern.Parts)
        {
            text.Append(part.IsSlot ? slots.Write(part, happening) : part.Options[random.Next(part.Options.Length)]);
            choices += part.IsSlot ? 0 : Math.Log2(part.Options.Length);
        }

        var first = text[0] == '"' ? 1 : 0;
        text[first] = char.ToUpperInvariant(text[first]);
        return (text.ToString(), choices);
    }
}
