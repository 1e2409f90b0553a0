namespace LoopLM.Text.Constraints.Patterns;

/// <summary>The named classes of ECMAScript's regular expressions.</summary>
/// <remarks>
/// Dialects differ in which white space, line ends and characters beyond the Basic Multilingual Plane a class has. A class here
/// has only what is in it for all of them, so that a text that matches does so for any validator.
/// </remarks>
internal static class PatternClasses
{
    public static readonly CodePointSet All = new CodePointSet().Complement();

    public static readonly CodePointSet Dot = CodePointSet.Of('\n', '\r', 0x2028, 0x2029).Complement();

    private static readonly CodePointSet s_digits = new(('0', '9'));
    private static readonly CodePointSet s_word = new(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));
    private static readonly CodePointSet s_space = new(('\t', '\r'), (' ', ' '));
    private static readonly CodePointSet s_notSpace = s_space
        .Union(new((0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)))
        .Complement();

    /// <summary>The class of an escape letter; null if it names none.</summary>
    public static CodePointSet? Find(char letter) => letter switch
    {
        'd' => s_digits,
        'D' => s_digits.Complement(),
        'w' => s_word,
        'W' => s_word.Complement(),
        's' => s_space,
        'S' => s_notSpace,
        _ => null,
    };
}
