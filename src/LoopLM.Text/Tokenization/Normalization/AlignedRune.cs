using System.Text;

namespace LoopLM.Text.Tokenization.Normalization;

/// <summary>A code point of a normalised text, and the chars of the source that it comes from.</summary>
/// <param name="Value">The code point.</param>
/// <param name="Start">The first of those chars.</param>
/// <param name="End">One past the last; <paramref name="Start"/> where it comes from none.</param>
internal readonly record struct AlignedRune(Rune Value, int Start, int End);
