using LoopLM.Text.Tokenization;
using LoopLM.Torch.Training.Data;

namespace LoopLM.Tools.Eval;

/// <summary>A question in tokens and what a model should go on with.</summary>
/// <param name="Prompt">The question.</param>
/// <param name="Answer">The answer without the special token that ends it.</param>
internal sealed record AnsweredQuestion(int[] Prompt, int[] Answer)
{
    /// <summary>Whether the targets of a document are an answer: running text has one token alone in front of them.</summary>
    public static bool IsProblem(ReadOnlySpan<byte> isTarget) => isTarget.IndexOf((byte)1) > 1;

    /// <summary>The problems of a split in their order, at most so many.</summary>
    public static List<AnsweredQuestion> Of(TokenSplit split, ByteLevelBpeTokenizer tokenizer, int most) =>
        [.. Enumerable.Range(0, split.Documents)
            .Select(document => split.Starts[document]..split.End(document))
            .Where(range => IsProblem(split.IsTarget.AsSpan(range)))
            .Select(range =>
            {
                var first = split.IsTarget.AsSpan(range).IndexOf((byte)1);
                return new AnsweredQuestion(split.Tokens[range][..first], [.. split.Tokens[range][first..].TakeWhile(token => !tokenizer.IsSpecial(token))]);
            })
            .Where(problem => problem.Answer.Length > 0)
            .Take(most)];
}
