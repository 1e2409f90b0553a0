using LoopLM.Text.Tokenization;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Eval;

/// <summary>A question in tokens and what a model should go on with; of a document with several questions, the first.</summary>
/// <param name="Prompt">The question.</param>
/// <param name="Answer">The answer without the special token that ends it.</param>
internal sealed record AnsweredQuestion(int[] Prompt, int[] Answer)
{
    /// <summary>Whether the targets of a document are an answer: running text has one token alone in front of them.</summary>
    public static bool IsProblem(ReadOnlySpan<byte> isTarget) => isTarget.IndexOf((byte)1) > 1;

    /// <summary>
    /// The problems of a split in their order, at most so many; where there are more, spread over
    /// the split, so that each kind has its share.
    /// </summary>
    public static List<AnsweredQuestion> Of(TokenSplit split, ByteLevelBpeTokenizer tokenizer, int most)
    {
        List<AnsweredQuestion> problems = [.. Enumerable.Range(0, split.Documents)
            .Select(document => split.Starts[document]..split.End(document))
            .Where(range => IsProblem(split.IsTarget.AsSpan(range)))
            .Select(range =>
            {
                var (tokens, isTarget) = (split.Tokens[range], split.IsTarget[range]);
                var first = isTarget.IndexOf((byte)1);
                return new AnsweredQuestion(
                    tokens[..first], [.. tokens[first..].TakeWhile((token, i) => isTarget[first + i] == 1 && !tokenizer.IsSpecial(token))]);
            })
            .Where(problem => problem.Answer.Length > 0)];
        var count = Math.Min(most, problems.Count);
        return [.. Enumerable.Range(0, count).Select(i => problems[(int)((long)i * problems.Count / count)])];
    }
}
