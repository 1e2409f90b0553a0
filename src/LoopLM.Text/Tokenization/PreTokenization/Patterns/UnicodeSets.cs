using System.Text;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.Text.Tokenization.PreTokenization.Patterns;

/// <summary>The sets of code points that split patterns name, by the running .NET's Unicode version.</summary>
internal static class UnicodeSets
{
    /// <summary><c>\s</c>: the property White_Space.</summary>
    public static CodePointSet Space { get; } = CodePointSet.Of(
        Enumerable.Range(0, 0x3001).Where(value => Rune.IsValid(value) && Rune.IsWhiteSpace(new Rune(value))));

    /// <summary><c>\d</c>.</summary>
    public static CodePointSet Digit => Category("Nd")!;

    /// <summary><c>\w</c>: letters, marks, decimal digits, connectors, and what is as good as a letter; Oniguruma adds the numbers of Latin-1.</summary>
    public static CodePointSet Word =>
        WordClasses.All.Intersect(CodePointSet.Of(0x200C, 0x200D).Complement()).Union(CodePointSet.Of(0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE));

    /// <summary>A general category such as <c>L</c> or <c>Lu</c>, or the script <c>Han</c>; null for any other name.</summary>
    public static CodePointSet? Category(string name) =>
        name == "Han" ? Han
        : name.Length <= 2 && name is not ("C" or "Cn" or "LC") ? UnicodeProperties.Find(name)
        : null;

    private static CodePointSet Han => new(
    [
        (0x2E80, 0x2E99), (0x2E9B, 0x2EF3), (0x2F00, 0x2FD5), (0x3005, 0x3005), (0x3007, 0x3007), (0x3021, 0x3029), (0x3038, 0x303B),
        (0x3400, 0x4DBF),
        (0x4E00, 0x9FFF), (0xF900, 0xFA6D), (0xFA70, 0xFAD9), (0x16FE2, 0x16FE3), (0x16FF0, 0x16FF1), (0x20000, 0x2A6DF), (0x2A700, 0x2B739),
        (0x2B740, 0x2B81D),
        (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0), (0x2EBF0, 0x2EE5D), (0x2F800, 0x2FA1D), (0x30000, 0x3134A), (0x31350, 0x323AF),
    ]);
}
