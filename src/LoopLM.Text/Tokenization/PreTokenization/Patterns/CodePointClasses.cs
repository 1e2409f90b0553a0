using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.Text.Tokenization.PreTokenization.Patterns;

/// <summary>The code points, divided into classes that no set of a pattern tells apart.</summary>
internal sealed class CodePointClasses
{
    private const int MaxSets = 64;
    private const int MaxClasses = 255;

    private readonly byte[] _basicPlane = new byte[0x10000];
    private readonly int[] _starts;
    private readonly byte[] _classes;
    private readonly List<int> _representatives = [];

    private CodePointClasses(IReadOnlyList<CodePointSet> sets)
    {
        var edges = sets.SelectMany(set => set.Ranges).SelectMany(range => (int[])[range.First, range.Last + 1]);
        _starts = [.. edges.Append(0).Where(start => start <= CodePointSet.Last).Distinct().Order()];
        _classes = new byte[_starts.Length];
        var bySignature = new Dictionary<ulong, int>();
        for (var i = 0; i < _starts.Length; i++)
        {
            var signature = 0UL;
            for (var index = 0; index < sets.Count; index++)
            {
                signature |= sets[index].Contains(_starts[i]) ? 1UL << index : 0;
            }

            if (!bySignature.TryGetValue(signature, out var number))
            {
                bySignature.Add(signature, number = bySignature.Count);
                _representatives.Add(_starts[i]);
            }

            _classes[i] = (byte)number;
            var end = i + 1 < _starts.Length ? _starts[i + 1] : CodePointSet.Last + 1;
            _basicPlane.AsSpan(Math.Min(_starts[i], _basicPlane.Length)..Math.Min(end, _basicPlane.Length)).Fill((byte)number);
        }
    }

    /// <summary>Number of classes.</summary>
    public int Count => _representatives.Count;

    /// <summary>Divides the code points.</summary>
    public static bool TryCreate(
        IReadOnlyList<CodePointSet> sets, [NotNullWhen(true)] out CodePointClasses? classes, [NotNullWhen(false)] out string? problem)
    {
        classes = sets.Count > MaxSets ? null : new(sets);
        if (classes?.Count > MaxClasses)
        {
            classes = null;
        }

        problem = classes is null ? $"it tells more than {MaxSets} sets, or {MaxClasses} classes, of characters apart" : null;
        return classes is not null;
    }

    /// <summary>A code point of a class.</summary>
    public int Representative(int number) => _representatives[number];

    /// <summary>The class of the code point at a place.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="at">The place.</param>
    /// <param name="length">Chars of the code point: 1 or 2.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Of(ReadOnlySpan<char> text, int at, out int length)
    {
        var unit = text[at];
        length = char.IsHighSurrogate(unit) ? 2 : 1;
        return length == 1 ? _basicPlane[unit] : Of(char.ConvertToUtf32(unit, text[at + 1]));
    }

    private int Of(int codePoint)
    {
        var found = Array.BinarySearch(_starts, codePoint);
        return _classes[found < 0 ? ~found - 1 : found];
    }
}
