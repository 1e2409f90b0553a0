using LoopLM.Engine.Exits;
using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Scheduling;

/// <summary>A position that has a row slot: from its first loop until it is published or dropped.</summary>
internal struct Row
{
    public required Sequence Sequence { get; init; }

    public required int Position { get; init; }

    public required int Token { get; init; }

    public required int RowSlot { get; init; }

    public PositionState State { get; private set; }

    /// <summary>Loops that it has run.</summary>
    public int Loop { get; set; }

    /// <summary>The loop after which it left; 0 before.</summary>
    public int ExitStep { get; private set; }

    /// <summary>Whether it has drafted the position after it. A position drafts once.</summary>
    public bool HasDrafted { get; set; }

    /// <summary>Whether it drafts in this tick.</summary>
    public bool Drafts { get; set; }

    /// <summary>Whether the head reads its state in this tick, although its token is not chosen yet.</summary>
    public bool NeedsHead { get; set; }

    /// <summary>The token that was chosen, and what is reported of it, while later loops are observed.</summary>
    public (int Token, PositionLogprobs? Logprobs, bool IsDrafted) Choice { get; set; }

    public ExitDistribution Distribution;

    /// <summary>The most probable tokens after each loop so far; null where the request does not want them.</summary>
    public required List<TokenLogprob[]>? LoopLogprobs { get; init; }

    public readonly bool IsPrompt => Position < Sequence.Prompt.Length;

    /// <summary>Whether a token comes out of it: every generated position, and the last of the prompt.</summary>
    public readonly bool YieldsToken => Position >= Sequence.Prompt.Length - 1;

    /// <summary>Index of the token that comes out of it among the generated ones, from 0.</summary>
    public readonly int TokenIndex => Position - Sequence.Prompt.Length + 1;

    /// <summary>Whether it runs a loop in the next tick.</summary>
    public readonly bool IsRunning => State is PositionState.Looping or PositionState.Observing;

    /// <summary>Whether its slot is free at the end of the tick.</summary>
    public readonly bool IsOver => Sequence.HasEnded || State is PositionState.Published or PositionState.Dropped;

    /// <summary>Whether the head can choose its token now: it is certain, and its mask is there where it has one.</summary>
    public readonly bool IsReadable => State == PositionState.Confirmed && !Sequence.HasEnded
        && (!YieldsToken || Sequence is { MaxTokens: 0 } or { Constraint: null or { IsReady: true } });

    /// <summary>Whether the head reads it once it has left.</summary>
    public readonly bool IsRead => YieldsToken || Sequence.Reports.PromptLogprobs is not null;

    /// <summary>
    /// What is read after its loops. The prompt always runs all of them, so its last position is read for the report alone.
    /// </summary>
    public readonly ExitSignals Reads =>
        State != PositionState.Looping ? ExitSignals.None
        : !IsPrompt ? Sequence.Reads
        : YieldsToken && Sequence.Reports.Gates ? ExitSignals.Gate
        : ExitSignals.None;

    public void Apply(PositionChange change)
    {
        State = State.After(change);
        if (change == PositionChange.Exit)
        {
            ExitStep = Loop;
        }
    }
}
