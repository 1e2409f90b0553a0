using System.Globalization;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.Text.Tokenization.Normalization;

/// <summary>What Hugging Face's normalizers know of characters, by its Unicode version: the embedded table and, for Hangul, arithmetic. Later characters stay as they are.</summary>
internal sealed class UnicodeTables
{
    private const int Syllables = 0xAC00, Leads = 0x1100, Vowels = 0x1161, Tails = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TailCount = 28, SyllableCount = LeadCount * VowelCount * TailCount;

    private readonly Dictionary<int, (int[] Parts, bool ForCompatibility)> _decompositions = [];
    private readonly Dictionary<(int, int), int> _compositions = [];
    private readonly Dictionary<int, byte> _classes = [];

    // What may change under composition: combining characters, what composes with what stands before it, and what is never composed again.
    private readonly HashSet<int> _restless = [.. Enumerable.Range(Vowels, VowelCount), .. Enumerable.Range(Tails + 1, TailCount - 1)];

    private UnicodeTables()
    {
        using var table = typeof(UnicodeTables).Assembly.GetManifestResourceStream($"{nameof(UnicodeTables)}.txt")!;
        using var reader = new StreamReader(table);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] != '#')
            {
                Read(line);
            }
        }
    }

    /// <summary>The table, read when it is first needed.</summary>
    public static UnicodeTables Instance => Holder.Value;

    /// <summary>The marks, such as accents.</summary>
    public CodePointSet Marks { get; private set; } = new();

    /// <summary>The punctuation characters, and those of ASCII that Unicode calls symbols.</summary>
    public CodePointSet Punctuation { get; private set; } = new();

    /// <summary>The class that orders a combining character; 0 for others.</summary>
    public int CombiningClass(int codePoint) => codePoint < 0x300 ? 0 : _classes.GetValueOrDefault(codePoint);

    /// <summary>One step of a character's decomposition; null for one without.</summary>
    public int[]? Find(int codePoint, bool forCompatibility)
    {
        if ((uint)(codePoint - Syllables) < SyllableCount)
        {
            var index = codePoint - Syllables;
            int[] pair = [Leads + (index / TailCount / VowelCount), Vowels + (index / TailCount % VowelCount)];
            return index % TailCount == 0 ? pair : [.. pair, Tails + (index % TailCount)];
        }

        return _decompositions.TryGetValue(codePoint, out var found) && (forCompatibility || !found.ForCompatibility) ? found.Parts : null;
    }

    /// <summary>The character that two compose to; null for a pair that composes to none.</summary>
    public int? Compose(int first, int second)
    {
        if ((uint)(first - Leads) < LeadCount && (uint)(second - Vowels) < VowelCount)
        {
            return Syllables + ((((first - Leads) * VowelCount) + second - Vowels) * TailCount);
        }

        if ((uint)(first - Syllables) < SyllableCount && (first - Syllables) % TailCount == 0 && second - Tails is > 0 and < TailCount)
        {
            return first + second - Tails;
        }

        return _compositions.TryGetValue((first, second), out var one) ? one : null;
    }

    /// <summary>Whether a character certainly stays as it is in a form, where all others of the text do too.</summary>
    public bool IsInert(int codePoint, UnicodeForm form) =>
        codePoint < 0xA0
        || (!_restless.Contains(codePoint)
            && (form == UnicodeForm.Nfc || Find(codePoint, forCompatibility: form != UnicodeForm.Nfd) is null));

    private void Read(string line)
    {
        var at = line.AsSpan().IndexOfAny("=!<:");
        var mark = line[at];
        var values = line[(at + 1)..].Split(' ');
        if (mark == ':')
        {
            ReadSet(line[..at], new(values.Select(value => value.Split('-')).Select(range => (Parse(range[0]), Parse(range[^1])))));
            return;
        }

        var (whole, parts) = (Parse(line[..at]), Array.ConvertAll(values, Parse));
        _decompositions[whole] = (parts, mark == '<');
        if (mark == '=')
        {
            _compositions[(parts[0], parts[1])] = whole;
            _restless.Add(parts[1]);
        }
        else if (mark == '!')
        {
            _restless.Add(whole);
        }
    }

    private void ReadSet(string name, CodePointSet set)
    {
        if (name == "M")
        {
            Marks = set;
        }
        else if (name == "P")
        {
            Punctuation = set;
        }
        else
        {
            var order = byte.Parse(name, CultureInfo.InvariantCulture);
            foreach (var codePoint in set.Ranges.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1)))
            {
                _classes[codePoint] = order;
                _restless.Add(codePoint);
            }
        }
    }

    private static int Parse(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static class Holder
    {
        public static UnicodeTables Value { get; } = new();
    }
}
