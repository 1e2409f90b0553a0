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

    /// <summary>The loop at which its token was chosen; 0 before. Later loops are observed: they run for the report alone.</summary>
    public int ExitStep { get; set; }

    /// <summary>Whether it has left and waits for the mask of its token: it runs no loop meanwhile, and its state stays in its row slot.</summary>
    public bool IsHeld { get; set; }

    /// <summary>The token that was chosen at <see cref="ExitStep"/>, and what is reported of it.</summary>
    public (int Token, PositionLogprobs? Logprobs) Choice { get; set; }

    public ExitDistribution Distribution;

    /// <summary>The most probable tokens after each loop so far; null where nobody asks.</summary>
    public required List<TokenLogprob[]>? LoopLogprobs { get; init; }

    public readonly bool IsPrompt => Position < Sequence.Prompt.Length;

    /// <summary>Whether a token comes out of it: every generated position, and the last of the prompt.</summary>
    public readonly bool YieldsToken => Position >= Sequence.Prompt.Length - 1;

    /// <summary>Whether it is held and the mask of its token is there.</summary>
    public readonly bool IsResumable => IsHeld && Sequence.Constraint!.IsReady;

    /// <summary>Whether the head reads it out once it has left.</summary>
    public readonly bool IsReadOut => YieldsToken || Sequence.PromptLogprobs is not null;

    /// <summary>What is read after its loops. The prompt always runs all of them, so its last position is read for the report alone.</summary>
    public readonly ExitSignals Reads =>
        ExitStep > 0 ? ExitSignals.None
        : !IsPrompt ? Sequence.Reads
        : YieldsToken && Sequence.ReportGates ? ExitSignals.Gate
        : ExitSignals.None;
}
