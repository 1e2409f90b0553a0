namespace LoopLM.Tools.Data;

/// <summary>The shapes of documents. A question's loss is taken on its answer alone.</summary>
internal static class Documents
{
    /// <summary>Running text between two end-of-text tokens.</summary>
    public static Segment[] Text(string text) => [new(SpecialTokens.EndOfText, false), new(text + SpecialTokens.EndOfText, true)];

    /// <summary>A question and its answer as a ChatML conversation.</summary>
    public static Segment[] Chat(string question, string answer) =>
    [
        new($"{SpecialTokens.MessageStart}user\n{question}{SpecialTokens.MessageEnd}\n{SpecialTokens.MessageStart}assistant\n", false),
        new(answer + SpecialTokens.MessageEnd, true),
    ];

    /// <summary>A question and its answer in the fewest tokens: <c>question=answer</c>.</summary>
    public static Segment[] Line(string question, string answer) => [new(question + "=", false), new(answer + SpecialTokens.EndOfText, true)];
}
