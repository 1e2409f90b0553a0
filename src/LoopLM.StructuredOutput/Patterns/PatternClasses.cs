using LoopLM.StructuredOutput.Unicode;
namespace LoopLM.StructuredOutput.Patterns;

/// <summary>The named classes of ECMAScript's regular expressions (ECMA-262, section 22.2.2.9), over code points as with its flag <c>u</c>.</summary>
internal static class PatternClasses
{
    /// <summary>What <c>.</c> stands for.</summary>
    public static readonly CodePointSet Dot = CodePointSet.Of('\n', '\r', 0x2028, 0x2029).Complement();

    /// <summary>The characters of words.</summary>
    public static readonly CodePointSet Word = new(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    private static readonly CodePointSet s_digits = new(('0', '9'));

    private static readonly CodePointSet s_space = new(
        ('\t', '\r'), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
        (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    /// <summary>The class of an escape letter; null if it names none.</summary>
    public static CodePointSet? Find(char letter) => letter switch
    {
        'd' => s_digits,
        'D' => s_digits.Complement(),
        'w' => Word,
        'W' => Word.Complement(),
        's' => s_space,
        'S' => s_space.Complement(),
        _ => null,
    };
}
