using LoopLM.Engine.Depth;

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

    public readonly bool IsPrompt => Position < Sequence.Prompt.Length;

    /// <summary>Whether a token comes out of it: every generated position, and the last of the prompt.</summary>
    public readonly bool YieldsToken => Position >= Sequence.Prompt.Length - 1;

    /// <summary>What is read after its loops. The prompt always runs all of them, so its last position is read for the report alone.</summary>
    public readonly ExitSignals Reads =>
        !IsPrompt ? Sequence.Reads
        : YieldsToken && Sequence.ReportGates ? ExitSignals.Gate
        : ExitSignals.None;
}
