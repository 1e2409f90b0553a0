using System.Diagnostics.CodeAnalysis;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.Text.Tokenization.PreTokenization.Patterns;

/// <summary>
/// A pattern of a splitting stage, as a deterministic automaton over code points that finds what a backtracking search finds: the leftmost match, by
/// the first alternatives that lead to one. Immutable, and safe for any number of threads.
/// </summary>
/// <remarks>
/// A state is a list of places in the <see cref="SplitProgram"/>, by falling priority. A transition knows the next code point, so that what a pattern demands
/// of it is decided there, and says whether a match ends before that code point: then places of lower priority are dropped.
/// </remarks>
internal sealed class SplitPattern
{
    private const int MaxStates = 1024;
    private const long MaxVisits = 20_000_000;

    /// <summary>Code points that are looked at without result before it is remembered where no match follows.</summary>
    private const int Patience = 64;

    private const int Dead = 0;
    private const int Start = 1;

    private readonly CodePointClasses _classes;

    /// <summary>
    /// A row for each state, and in it a column for each class, the last being the end of the text: twice the place where the row of the next state
    /// begins, plus one where a match ends.
    /// </summary>
    private readonly int[] _transitions;

    private SplitPattern(CodePointClasses classes, int[] transitions) => (_classes, _transitions) = (classes, transitions);

    private int Width => _classes.Count + 1;

    private int StartRow => Start * Width;

    /// <summary>Reads a pattern.</summary>
    /// <param name="source">The pattern, in the syntax of Oniguruma, which Hugging Face's library uses.</param>
    /// <param name="pattern">The automaton.</param>
    /// <param name="problem">Why there is none: what is malformed, not supported, or too large.</param>
    public static bool TryParse(string source, [NotNullWhen(true)] out SplitPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = SplitPatternParser.Parse(source, out problem) is { } node ? Compile(node, out problem) : null;
        return pattern is not null;
    }

    /// <summary>A pattern that is known to be good.</summary>
    public static SplitPattern Parse(string source) =>
        TryParse(source, out var pattern, out var problem) ? pattern : throw new ArgumentException(problem, nameof(source));

    /// <summary>A pattern that finds a text.</summary>
    public static SplitPattern OfText(string text) =>
        OfParts(text.EnumerateRunes().Select(rune => new SplitNode.Character(CodePointSet.Of(rune.Value))));

    /// <summary>A pattern that finds single code points of a set.</summary>
    public static SplitPattern Of(CodePointSet set) => OfParts([new SplitNode.Character(set)]);

    /// <summary>A pattern made of parts; it is known to be good.</summary>
    public static SplitPattern Of(SplitNode node) => Compile(node, out var problem) ?? throw new ArgumentException(problem, nameof(node));

    /// <summary>Chars of the next match, where one begins at a place, else of what lies between there and the next match or the end.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="from">The place, within the text.</param>
    /// <param name="scan">What earlier calls have learnt of the same text.</param>
    /// <param name="isMatch">Whether it is a match.</param>
    public int NextLength(ReadOnlySpan<char> text, int from, ref PatternScan scan, out bool isMatch)
    {
        var length = 1;
        for (var at = from; at < text.Length; at += length)
        {
            // Of most characters it is known at once that no match begins with them.
            if (_transitions[StartRow + _classes.Of(text, at, out length)] != Dead && MatchLength(text, at, ref scan) is > 0 and var match)
            {
                isMatch = at == from;
                return isMatch ? match : at - from;
            }
        }

        isMatch = false;
        return text.Length - from;
    }

    private static SplitPattern OfParts(IEnumerable<SplitNode> parts) => Of(new SplitNode.Sequence([.. parts]));

    private static SplitPattern? Compile(SplitNode node, out string? problem)
    {
        if (!SplitProgram.TryCompile(node, out var program, out problem)
            || !CodePointClasses.TryCreate(program.Sets, out var classes, out problem))
        {
            return null;
        }

        var width = classes.Count + 1;
        var states = new Dictionary<string, int> { [""] = Dead, [Key([program.Entry])] = Start };
        var lists = new List<int[]> { Array.Empty<int>(), new[] { program.Entry } };
        var transitions = new List<int>();
        for (var state = 0; state < lists.Count; state++)
        {
            for (var next = 0; next < width; next++)
            {
                var list = program.Step(lists[state], next == classes.Count ? null : classes.Representative(next), out var isMatch);
                if (!states.TryGetValue(Key(list), out var target))
                {
                    states.Add(Key(list), target = lists.Count);
                    lists.Add(list);
                }

                transitions.Add((target * width << 1) | (isMatch ? 1 : 0));
                if (isMatch && state == Start)
                {
                    problem = "it matches where nothing stands, which splits nowhere";
                    return null;
                }
            }

            if (lists.Count > MaxStates || program.Visits > MaxVisits)
            {
                problem = $"it takes more than {MaxStates} states, or too long to find them";
                return null;
            }
        }

        return new(classes, [.. transitions]);
    }

    private static string Key(int[] places) => string.Join(',', places);

    /// <summary>Chars of the match that begins at a place; 0 where none does.</summary>
    private int MatchLength(ReadOnlySpan<char> text, int from, ref PatternScan scan)
    {
        var (row, at, end, waste) = (StartRow, from, from, 0);
        while (row != Dead)
        {
            var atEnd = at >= text.Length;
            var length = 1;
            var transition = _transitions[row + (atEnd ? _classes.Count : _classes.Of(text, at, out length))];
            if ((transition & 1) != 0)
            {
                end = at;
                if (waste > Patience)
                {
                    scan.Found();
                }

                waste = 0;
            }

            if (atEnd || (++waste > Patience && IsHopeless(ref scan, waste, row, at)))
            {
                break;
            }

            row = transition >> 1;
            at += length;
        }

        if (waste > Patience)
        {
            scan.End();
        }

        return end - from;
    }

    private static bool IsHopeless(ref PatternScan scan, int waste, int row, int at)
    {
        if (waste == Patience + 1)
        {
            scan.Begin();
        }

        return scan.IsHopeless(row, at);
    }
}
