using LoopLM.Tools.Data.Tales.Narration;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Checking;

/// <summary>Reads a tale by the patterns that tales are written with, and lets it happen again.</summary>
internal sealed class TaleReader
{
    private readonly Cast _cast = new();
    private readonly TaleContext _context;
    private readonly List<ReadSentence> _sentences = [];

    private TaleReader() => _context = new(_cast);

    /// <summary>Reads a text.</summary>
    public static IReadOnlyList<ReadSentence> Read(string text)
    {
        var reader = new TaleReader();
        foreach (var paragraph in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            reader._context.Forget();
            for (var at = 0; at < paragraph.Length;)
            {
                at = reader.ReadSentence(paragraph, at);
            }
        }

        return reader._sentences;
    }

    /// <summary>Reads a sentence. Returns where the next begins.</summary>
    private int ReadSentence(string text, int start)
    {
        if (Best(text, start) is not var (pattern, end, binding, happening, wrong))
        {
            end = EndOfSentence(text, start);
            _sentences.Add(new(text[start..end], null, null, []));
            _context.Forget();
            return end + 1;
        }

        _sentences.Add(new(text[start..end], pattern, happening, wrong));
        Learn(happening, binding);
        _context.Tell(happening);
        return end + 1;
    }

    /// <summary>The longest reading; of those as long, the one that contradicts least.</summary>
    private (Pattern Pattern, int End, Binding Binding, TaleEvent Event, List<string> Contradictions)? Best(string text, int start)
    {
        var first = start + (text[start] == '"' ? 1 : 0);
        if (first >= text.Length || !char.IsAsciiLetterUpper(text[first]))
        {
            return null;
        }

        // The first letter of a sentence is large; of its pattern it is small, unless it begins with a name or with I.
        var small = $"{text[..first]}{char.ToLowerInvariant(text[first])}{text[(first + 1)..]}";
        (Pattern Pattern, int End, Binding Binding, TaleEvent Event, List<string> Contradictions)? best = null;
        foreach (var pattern in PatternBook.Patterns)
        {
            if ((new PatternMatcher(pattern, small, _context).Match(start) ?? new PatternMatcher(pattern, text, _context)
                .Match(start)) is var (end, binding)
                && end >= (best?.End ?? 0) && binding.Event(pattern, _context) is { } happening)
            {
                List<string> wrong = [.. _context.World.Contradictions(happening), .. Misdescribed(happening, binding)];
                if (best is null || end > best.Value.End || wrong.Count < best.Value.Contradictions.Count)
                {
                    best = (pattern, end, binding, happening, wrong);
                }
            }
        }

        return best;
    }

    /// <summary>What is described otherwise than before.</summary>
    private IEnumerable<string> Misdescribed(TaleEvent happening, Binding binding)
    {
        foreach (var said in binding.Descriptions.Select(said => said.Noun is "o" or "q"
            ? said with { Noun = happening.Of(said.Noun[0])! } : said))
        {
            if (_cast.Things.TryGetValue(said.Noun, out var known)
                && ((said.Look.Length > 0 && said.Look != known.Look) || (said.Colour.Length > 0 && said.Colour != known.Colour)))
            {
                yield return $"The {said.Noun} is {known.Look} and {known.Colour}, not {said.Look} {said.Colour}.";
            }
        }

        foreach (var (place, adjective) in binding.Adjectives.Where(pair => _cast.Places.TryGetValue(pair.Place, out var known)
            && known != pair.Adjective))
        {
            yield return $"The {place} is {_cast.Places[place]}, not {adjective}.";
        }

        if (happening.NewPerson is { } person && _cast.People.Values.Any(other => other.Kind == person.Kind))
        {
            yield return $"There is another {person.Kind}.";
        }
    }

    private void Learn(TaleEvent happening, Binding binding)
    {
        if (happening.NewPerson is { } person)
        {
            _cast.People.TryAdd(person.Name, person);
        }

        if (happening.NewThing is { } thing)
        {
            _cast.Things.TryAdd(thing.Noun, thing);
        }

        foreach (var (place, adjective) in binding.Adjectives)
        {
            _cast.Places.TryAdd(place, adjective);
        }
    }

    private static int EndOfSentence(string text, int start)
    {
        for (var at = start; at < text.Length; at++)
        {
            if (text[at] is '.' or '!' or '?')
            {
                var end = at + 1 < text.Length && text[at + 1] == '"' ? at + 2 : at + 1;
                if (end >= text.Length
                    || (text[end] == ' ' && end + 1 < text.Length && (char.IsAsciiLetterUpper(text[end + 1]) || text[end + 1] == '"')))
                {
                    return end;
                }
            }
        }

        return text.Length;
    }
}
