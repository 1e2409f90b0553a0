using System.Diagnostics.CodeAnalysis;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.Text.Tokenization.PreTokenization.Patterns;

/// <summary>A split pattern as a nondeterministic automaton whose ways have priorities (Thompson's construction, with Pike's order).</summary>
internal sealed class SplitProgram
{
    private const int MaxPlaces = 2048;

    private readonly List<Place> _places = [];
    private readonly List<CodePointSet> _sets = [];
    private bool _isFull;

    private enum PlaceKind : byte
    {
        /// <summary>The match ends.</summary>
        End,

        /// <summary>Takes a code point of a set.</summary>
        Take,

        /// <summary>Goes on where the next code point is one of a set.</summary>
        Look,

        /// <summary>The same, or where the text ends.</summary>
        LookOrEnd,

        /// <summary>Goes two ways, the first of which is preferred.</summary>
        Fork,
    }

    /// <summary>Where a match begins.</summary>
    public int Entry { get; private set; }

    /// <summary>Places that were visited so far: the work done.</summary>
    public long Visits { get; private set; }

    /// <summary>The sets of code points that it tells apart.</summary>
    public IReadOnlyList<CodePointSet> Sets => _sets;

    /// <summary>Compiles a pattern.</summary>
    public static bool TryCompile(SplitNode node, [NotNullWhen(true)] out SplitProgram? program, [NotNullWhen(false)] out string? problem)
    {
        var made = new SplitProgram();
        made.Entry = made.Add(node, made.Add(new Place(PlaceKind.End)));
        program = made._isFull ? null : made;
        problem = made._isFull ? $"it takes more than {MaxPlaces} places" : null;
        return program is not null;
    }

    /// <summary>Takes a code point.</summary>
    /// <param name="places">Where it may be, by falling priority.</param>
    /// <param name="codePoint">What is taken; null for the end of the text.</param>
    /// <param name="isMatch">Whether a match ends before it.</param>
    /// <returns>Where it may be then.</returns>
    public int[] Step(IReadOnlyList<int> places, int? codePoint, out bool isMatch)
    {
        isMatch = false;
        var next = new List<int>();
        var seen = new HashSet<int>();
        var open = new Stack<int>(places.Reverse());
        while (open.TryPop(out var at))
        {
            Visits++;
            if (!seen.Add(at))
            {
                continue;
            }

            var place = _places[at];
            switch (place.Kind)
            {
                case PlaceKind.End:
                    isMatch = true;
                    return [.. next];
                case PlaceKind.Take when Contains(place, codePoint) && !next.Contains(place.Next):
                    next.Add(place.Next);
                    break;
                case PlaceKind.Look when Contains(place, codePoint):
                case PlaceKind.LookOrEnd when codePoint is null || Contains(place, codePoint):
                    open.Push(place.Next);
                    break;
                case PlaceKind.Fork:
                    open.Push(place.Other);
                    open.Push(place.Next);
                    break;
            }
        }

        return [.. next];
    }

    private bool Contains(Place place, int? codePoint) => codePoint is { } value && _sets[place.Set].Contains(value);

    private int Add(Place place)
    {
        _isFull |= _places.Count == MaxPlaces;
        if (!_isFull)
        {
            _places.Add(place);
        }

        return _places.Count - 1;
    }

    /// <summary>Adds a part that goes on at a place.</summary>
    private int Add(SplitNode node, int next)
    {
        if (_isFull)
        {
            return next;
        }

        switch (node)
        {
            case SplitNode.Character character:
                return Add(new Place(PlaceKind.Take, next, Set: SetOf(character.Set)));
            case SplitNode.NextIs look:
                return Add(new Place(look.OrEnd ? PlaceKind.LookOrEnd : PlaceKind.Look, next, Set: SetOf(look.Set)));
            case SplitNode.Sequence sequence:
                return sequence.Parts.Reverse().Aggregate(next, (behind, part) => Add(part, behind));
            case SplitNode.Choice choice:
                var ways = choice.Options.Select(option => Add(option, next)).Reverse().ToList();
                return ways.Skip(1).Aggregate(ways[0], (other, way) => Add(new Place(PlaceKind.Fork, way, other)));
            default:
                return Add((SplitNode.Repetition)node, next);
        }
    }

    private int Add(SplitNode.Repetition repetition, int next)
    {
        var entry = next;
        if (repetition.Max is { } max)
        {
            for (var i = repetition.Min; i < max; i++)
            {
                entry = Add(Fork(Add(repetition.Part, entry), next));
            }
        }
        else
        {
            entry = Add(new Place(PlaceKind.Fork));
            var body = Add(repetition.Part, entry);
            _places[entry] = Fork(body, next);
        }

        for (var i = 0; i < repetition.Min; i++)
        {
            entry = Add(repetition.Part, entry);
        }

        return entry;

        Place Fork(int body, int behind) => repetition.IsLazy ? new(PlaceKind.Fork, behind, body) : new(PlaceKind.Fork, body, behind);
    }

    private int SetOf(CodePointSet set)
    {
        var index = _sets.FindIndex(each => each.Ranges.SequenceEqual(set.Ranges));
        if (index < 0)
        {
            _sets.Add(set);
            index = _sets.Count - 1;
        }

        return index;
    }

    private readonly record struct Place(PlaceKind Kind, int Next = 0, int Other = 0, int Set = 0);
}
