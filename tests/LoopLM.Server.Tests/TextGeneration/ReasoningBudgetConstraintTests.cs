using LoopLM.Server.TextGeneration;
using LoopLM.StructuredOutput;
using LoopLM.Text.Tokenization;

namespace LoopLM.Server.Tests.TextGeneration;

public sealed class ReasoningBudgetConstraintTests
{
    private static readonly ByteLevelBpeTokenizer s_bytes =
        ByteLevelBpeTokenizer.Load(Path.Combine(TestData.Root, "models", "looplm-bytes", "tokenizer.json"));

    [Theory]
    [InlineData("<think>abc")]
    [InlineData("  <think>abcd</")]
    [InlineData("<think>abcd</think>x")]
    [InlineData("<thin")]
    public void Rewind_AnyPartOfAReasoning_AllowsWhatItAllowedBefore(string text)
    {
        var constraint = Create();
        var before = new List<string>();
        foreach (var token in text)
        {
            before.Add(Allowed(constraint));
            constraint.Accept(token);
        }

        for (var kept = text.Length - 1; kept >= 0; kept--)
        {
            constraint.Rewind(1);
            Assert.Equal(before[kept], Allowed(constraint));
        }
    }

    [Fact]
    public void Rewind_EndOfAReasoning_ForcesItAgain()
    {
        var constraint = Create();
        Accept(constraint, "<think>abcd</think>");

        constraint.Rewind(2);

        Assert.Equal("k", Allowed(constraint));
    }

    // Reasoning of four bytes at most.
    private static ReasoningBudgetConstraint Create() =>
        new(null, new ReasoningBudget(4, new ReasoningSyntax("<think>", "</think>")), s_bytes, maxRewind: 30);

    private static void Accept(ReasoningBudgetConstraint constraint, string text)
    {
        foreach (var token in text)
        {
            constraint.Accept(token);
        }
    }

    private static string Allowed(ReasoningBudgetConstraint constraint)
    {
        var logits = new float[s_bytes.VocabularySize];
        constraint.Prepare();
        constraint.Mask(logits);
        return string.Concat(Enumerable.Range(0, 128).Where(token => logits[token] == 0).Select(token => (char)token));
    }
}
