using LoopLM.Engine.Depth;
using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Scheduling;

/// <summary>A position of a sequence between its first loop and its exit.</summary>
internal struct InFlightRow
{
    public required Sequence Sequence { get; init; }

    public required int Position { get; init; }

    public required int Token { get; init; }

    public required int RowSlot { get; init; }

    /// <summary>Loops that it has run.</summary>
    public int Loop { get; set; }

    public ExitDistribution Distribution;

    /// <summary>The most probable tokens after each loop so far; null where nobody asks.</summary>
    public required List<TokenLogprob[]>? LoopLogprobs { get; init; }

    public readonly bool IsPrompt => Position < Sequence.Prompt.Length;

    /// <summary>Whether a token comes out of it: every generated position, and the last of the prompt.</summary>
    public readonly bool YieldsToken => Position >= Sequence.Prompt.Length - 1;

    /// <summary>Whether the head reads it out once it has left.</summary>
    public readonly bool IsReadOut => YieldsToken || Sequence.PromptLogprobs is not null;

    /// <summary>What is read after its loops. The prompt always runs all of them, so its last position is read for the report alone.</summary>
    public readonly ExitSignals Reads =>
        !IsPrompt ? Sequence.Reads
        : YieldsToken && Sequence.ReportGates ? ExitSignals.Gate
        : ExitSignals.None;
}
