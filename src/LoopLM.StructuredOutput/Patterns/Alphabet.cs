using LoopLM.StructuredOutput.Unicode;
namespace LoopLM.StructuredOutput.Patterns;

/// <summary>The code points of texts in classes that some sets do not tell apart. Such a class is a letter; letters are numbered from 0.</summary>
internal sealed class Alphabet
{
    // Intervals of code points, rising: where each begins and which letter it belongs to; -1 for what no text has.
    private readonly int[] _starts;
    private readonly int[] _letters;
    private readonly Dictionary<CodePointSet, int[]> _members = [];
    private readonly Dictionary<string, CodePointSet> _unions = [];
    private int _count = 1;

    /// <summary>Makes the largest letters.</summary>
    /// <param name="sets">The sets.</param>
    /// <param name="borders">Their borders.</param>
    public Alphabet(IReadOnlySet<CodePointSet> sets, int[] borders)
    {
        _starts = borders;
        _letters = new int[_starts.Length];
        Array.Fill(_letters, -1);
        foreach (var interval in Intervals(CodePointSet.All))
        {
            _letters[interval] = 0;
        }

        foreach (var set in sets)
        {
            Split(set);
        }

        // Numbered in the order in which they come.
        var numbers = new Dictionary<int, int> { [-1] = -1 };
        var ranges = new List<List<(int, int)>>();
        for (var i = 0; i < _letters.Length; i++)
        {
            if (numbers.TryAdd(_letters[i], ranges.Count))
            {
                ranges.Add([]);
            }

            _letters[i] = numbers[_letters[i]];
            if (_letters[i] >= 0)
            {
                ranges[_letters[i]].Add((_starts[i], _starts[i + 1] - 1));
            }
        }

        Letters = ranges.ConvertAll(each => new CodePointSet(each));
    }

    /// <summary>The code points of every letter, in the order of their first ones.</summary>
    public IReadOnlyList<CodePointSet> Letters { get; }

    /// <summary>Where some sets, and what no text has, begin and end; rising.</summary>
    public static int[] Borders(IEnumerable<CodePointSet> sets) =>
        [.. sets.Append(CodePointSet.All).SelectMany(set => set.Ranges).SelectMany(range => new[] { range.First, range.Last + 1 }).Distinct().Order()];

    /// <summary>The letters that one of the sets consists of.</summary>
    public int[] Of(CodePointSet set)
    {
        if (!_members.TryGetValue(set, out var letters))
        {
            letters = [.. Intervals(set).Select(interval => _letters[interval]).Where(letter => letter >= 0).Distinct()];
            _members.Add(set, letters);
        }

        return letters;
    }

    /// <summary>The code points of some letters, given in rising order.</summary>
    public CodePointSet Union(IEnumerable<int> letters)
    {
        var key = string.Concat(letters.Select(letter => (char)letter));
        if (!_unions.TryGetValue(key, out var union))
        {
            union = key.Length == 1 ? Letters[key[0]] : new(key.SelectMany(letter => Letters[letter].Ranges));
            _unions.Add(key, union);
        }

        return union;
    }

    // Tells what is in a set from what is not.
    private void Split(CodePointSet set)
    {
        var within = new Dictionary<int, int>();
        foreach (var interval in Intervals(set).Where(interval => _letters[interval] >= 0))
        {
            if (!within.TryGetValue(_letters[interval], out var letter))
            {
                letter = _count++;
                within.Add(_letters[interval], letter);
            }

            _letters[interval] = letter;
        }
    }

    private IEnumerable<int> Intervals(CodePointSet set)
    {
        foreach (var (first, last) in set.Ranges)
        {
            for (var i = Array.BinarySearch(_starts, first); _starts[i] <= last; i++)
            {
                yield return i;
            }
        }
    }
}
