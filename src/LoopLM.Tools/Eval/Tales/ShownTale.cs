using LoopLM.Text.Tokenization;

namespace LoopLM.Tools.Eval.Tales;

/// <summary>A tale to read, with the loop that each token left at.</summary>
/// <param name="Request">What the model was asked.</param>
/// <param name="Tokens">What it wrote, token by token; the token that ended it is empty.</param>
/// <param name="ExitSteps">The loop that each token left at, from 1.</param>
internal sealed record ShownTale(string Request, string[] Tokens, int[] ExitSteps)
{
    /// <summary>Columns after which a line is broken.</summary>
    private const int Width = 100;

    /// <summary>Takes a tale apart.</summary>
    public static ShownTale Of(GeneratedTale tale, ByteLevelBpeTokenizer tokenizer) =>
        new(tale.Request, [.. tale.Tokens.Select(token => tokenizer.Decode([token]))], tale.ExitSteps);

    /// <summary>The tale in lines; below each, the exit step of a token is under the token's first letter.</summary>
    public IEnumerable<(string Text, string ExitSteps)> Lines()
    {
        var (text, steps) = ("", "");
        foreach (var (token, step) in Tokens.Zip(ExitSteps))
        {
            var breaks = token.Contains('\n', StringComparison.Ordinal);
            if (text.Length > 0 && (breaks || (text.Length + token.Length > Width && token.StartsWith(' '))))
            {
                yield return (text, steps);
                (text, steps) = ("", "");
            }

            var shown = token.Replace("\n", "", StringComparison.Ordinal);
            shown = text.Length == 0 ? shown.TrimStart() : shown;
            var letter = text.Length + (shown.StartsWith(' ') ? 1 : 0);
            text += shown;
            steps = shown.Trim().Length > 0 ? steps.PadRight(letter) + step : steps;
        }

        if (text.Length > 0)
        {
            yield return (text, steps);
        }
    }
}
