using System.Text;
using LoopLM.Fuzz.Fuzzing;
using LoopLM.Tools.Data.Tales.Checking;

namespace LoopLM.Fuzz.Targets.Tools;

/// <summary>The reader that checks tales. It finds sentences in any text, each of them a piece of it, in their order.</summary>
internal sealed class TaleTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "tale";

    /// <inheritdoc/>
    public override int MaxInputBytes => 2 << 10;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Dictionary { get; } =
        ["Once upon a time, ", "Mira", "Tom", "the kite", "the old mill", " lived at ", " gave ", " to ", " lost ", " found ",
            "She ", "He ", "\"", ".\" ", "! ", "? ", ", ", "'s", "\n\n", "I ", "a small red ", " went to ", " met "];

    /// <inheritdoc/>
    public override bool Check(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var check = TaleCheck.Of(text);
        _ = TaleCheck.Contains(text[..(text.Length / 2)], text);
        var at = 0;
        foreach (var sentence in check.Sentences)
        {
            var found = text.IndexOf(sentence.Text, at, StringComparison.Ordinal);
            FuzzException.Require(found >= 0, "sentences are in the text in their order", sentence.Text);
            at = found + sentence.Text.Length;
        }

        return check.Parsed > 0;
    }
}
