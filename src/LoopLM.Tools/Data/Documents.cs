namespace LoopLM.Tools.Data;

/// <summary>The shapes of documents. A question's loss is taken on its answer alone.</summary>
internal static class Documents
{
    /// <summary>Running text between two end-of-text tokens.</summary>
    public static Segment[] Text(string text) => [new(SpecialTokens.EndOfText, false), new(text + SpecialTokens.EndOfText, true)];

    /// <summary>Questions and their answers as a ChatML conversation.</summary>
    public static Segment[] Chat(params IReadOnlyList<(string Question, string Answer)> turns) =>
    [
        .. turns.SelectMany((turn, number) => (Segment[])
        [
            new(
                $"{(number == 0 ? "" : "\n")}{SpecialTokens.MessageStart}user\n{turn.Question}{SpecialTokens.MessageEnd}\n"
                + $"{SpecialTokens.MessageStart}assistant\n",
                false),
            new(turn.Answer + SpecialTokens.MessageEnd, true),
        ]),
    ];

    /// <summary>Questions and their answers in the fewest tokens: <c>question=answer;question=answer</c>.</summary>
    public static Segment[] Line(params IReadOnlyList<(string Question, string Answer)> turns) =>
    [
        .. turns.SelectMany((turn, number) =>
            (Segment[])[new($"{(number == 0 ? "" : ";")}{turn.Question}=", false), new(turn.Answer, true)]),
        new(SpecialTokens.EndOfText, true),
    ];
}
