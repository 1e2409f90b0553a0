using System.Collections.Frozen;
using LoopLM.Engine.Depth;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Scheduling;

/// <summary>An accepted request on its way through the engine. Only the engine thread touches it once it is queued.</summary>
internal sealed class Sequence(Generation generation)
{
    /// <summary>Where its events go.</summary>
    public Generation Generation { get; } = generation;

    public required ReadOnlyMemory<int> Prompt { get; init; }

    public required int MaxTokens { get; init; }

    public required SamplingSettings Sampling { get; init; }

    public required long Seed { get; init; }

    public required ExitRule Exit { get; init; }

    public required KvReservation Reservation { get; init; }

    public required FrozenSet<int> StopTokens { get; init; }

    public required bool ReportGates { get; init; }

    /// <summary>What stands between the logits and the choice of a token, in order.</summary>
    public ILogitProcessor[] Processors { get; init; } = [];

    /// <summary>The constraint among them; null where there is none.</summary>
    public ConstraintMask? Constraint => Processors is [ConstraintMask mask, ..] ? mask : null;

    public int? Logprobs { get; init; }

    public int[] LogprobTokens { get; init; } = [];

    public int? PromptLogprobs { get; init; }

    public int LoopLogprobs { get; init; }

    /// <summary>The loops of a generated token that are reported, whether it ran them or skipped them; 0 reports those that it ran.</summary>
    public int ObservedLoops { get; init; }

    /// <summary>The most loops that it may run, over all its positions: what its client is charged in the queue.</summary>
    public required long Cost { get; init; }

    /// <summary>When it was accepted, in ticks of the time provider.</summary>
    public required long AcceptedAt { get; init; }

    /// <summary>Whom it comes from.</summary>
    public RequestClient Client { get; set; } = RequestClient.Local;

    /// <summary>Its number while it runs.</summary>
    public int Number { get; set; } = -1;

    /// <summary>Sequences that were admitted before it although it was their turn behind it.</summary>
    public int Bypassed { get; set; }

    /// <summary>Prompt positions that have started.</summary>
    public int PromptStarted { get; set; }

    /// <summary>Prompt positions that have not started.</summary>
    public int PromptLeft => Prompt.Length - PromptStarted;

    /// <summary>Tokens generated so far.</summary>
    public int Generated { get; set; }

    /// <summary>The token that starts its next row; meaningful once <see cref="Generated"/> is 1 or more.</summary>
    public int LastToken { get; set; }

    /// <summary>When the last token came out, in ticks of the time provider.</summary>
    public long LastTokenAt { get; set; }

    /// <summary>Whether a generated token of it is among the rows.</summary>
    public bool IsDecoding { get; set; }

    public bool HasEnded { get; set; }

    /// <summary>Position of <see cref="LastToken"/>.</summary>
    public int LastPosition => Prompt.Length + Generated - 1;

    /// <summary>What is read after a loop of one of its generated tokens.</summary>
    public ExitSignals Reads => ReportGates ? Exit.Reads | ExitSignals.Gate : Exit.Reads;
}
