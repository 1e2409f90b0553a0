using System.Collections.Frozen;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Scheduling;

/// <summary>An accepted request on its way through the engine. Only the engine's thread touches it once it is queued.</summary>
internal sealed class Sequence(Generation generation)
{
    private int[]? _kept;
    private int _keptCount;
    private int _exactGenerated;
    private int _exactCached;

    /// <summary>Where its events go.</summary>
    public Generation Generation { get; } = generation;

    public required ReadOnlyMemory<int> Prompt { get; init; }

    public required int MaxTokens { get; init; }

    public required SamplingSettings Sampling { get; init; }

    public required long Seed { get; init; }

    public required ExitRule Exit { get; init; }

    public required KvReservation Reservation { get; init; }

    /// <summary>Whose prefixes it takes and gives; null where it does neither.</summary>
    public PrefixKey? PrefixKey { get; init; }

    /// <summary>Which prefixes it takes and gives.</summary>
    public PrefixReuse PrefixReuse { get; init; }

    /// <summary>How it thinks ahead.</summary>
    public SpeculationRule Speculation { get; init; }

    public required FrozenSet<int> StopTokens { get; init; }

    /// <summary>What is reported beside its tokens, as the model can fulfil it.</summary>
    public required ReportSettings Reports { get; init; }

    /// <summary>What its tokens are held to, before its processors; null where there is no constraint.</summary>
    public ConstraintMask? Constraint { get; init; }

    /// <summary>
    /// What its drafts are held to: a constraint of its own, which goes ahead and can go back.
    /// Null where there is none, or it never drafts.
    /// </summary>
    public ConstraintMask? DraftConstraint { get; init; }

    /// <summary>What is between the logits and the choice of a token, in order.</summary>
    public ILogitsProcessor[] Processors { get; init; } = [];

    /// <summary>The tokens that are reported in any case.</summary>
    public int[] LogprobTokens { get; init; } = [];

    /// <summary>
    /// The loops of a generated token that are reported, whether it ran them or skipped them; 0 reports those that it ran.
    /// </summary>
    public int ObservedLoops { get; init; }

    /// <summary>The most loops that it may run, over all its positions: what its client is charged in the queue.</summary>
    public required long Cost { get; init; }

    /// <summary>When it was accepted, in ticks of the time provider.</summary>
    public long AcceptedAt => Generation.Times.AcceptedAt;

    /// <summary>Whom it comes from.</summary>
    public required RequestClient Client { get; init; }

    /// <summary>Its generated positions whose next token is not published.</summary>
    public required PositionWindow Window { get; init; }

    /// <summary>What its drafts have come to.</summary>
    public DraftHistory Drafts { get; } = new();

    /// <summary>
    /// Whether it can think ahead. Where K and V are shared, a position reads those of the last loops of the positions
    /// before it, which a position that is looping does not have.
    /// </summary>
    public bool CanDraft => Reservation.Layout == KvLayout.LastExited && (Constraint is null || DraftConstraint is not null);

    /// <summary>Where it is on its way.</summary>
    public SequenceState State { get; private set; }

    /// <summary>Whether it is over.</summary>
    public bool HasEnded => State == SequenceState.Ended;

    /// <summary>Its number while it runs.</summary>
    public int Number { get; private set; }

    /// <summary>Sequences that were admitted before it although its turn came first.</summary>
    public int Bypassed { get; private set; }

    /// <summary>Prompt positions that have started.</summary>
    public int PromptStarted { get; private set; }

    /// <summary>Prompt positions that it took over from a cached prefix.</summary>
    public int CachedPrompt { get; private set; }

    /// <summary>Whether all of its prompt has run.</summary>
    public bool HasReadPrompt { get; private set; }

    /// <summary>The sequence whose prompt begins like its own and runs already; null where there is none.</summary>
    public Sequence? Leader { get; set; }

    /// <summary>Whether it lets its leader read what they have in common.</summary>
    public bool WaitsForLeader => Leader is { HasEnded: false, HasReadPrompt: false };

    /// <summary>Those of them whose K and V are as they were generated, after a position that left early.</summary>
    public int AsGeneratedPrompt => CachedPrompt - _exactCached;

    /// <summary>The tokens from the first on whose K and V are those of a prompt, once the prompt has run.</summary>
    public int ExactCount => AsGeneratedPrompt > 0 ? _exactCached : Prompt.Length + _exactGenerated;

    /// <summary>Prompt positions that have not started.</summary>
    public int PromptLeft => Prompt.Length - PromptStarted;

    /// <summary>Tokens published so far.</summary>
    public int Generated { get; private set; }

    /// <summary>When the last token was published, in ticks of the time provider.</summary>
    public long LastTokenAt => Generation.Times.LastTokenAt;

    /// <summary>What is read after a loop of one of its generated tokens.</summary>
    public ExitSignals Reads => Reports.Gates ? Exit.Reads | ExitSignals.Gate : Exit.Reads;

    /// <summary>Positions of the window that are certain: the oldest, once a token is published.</summary>
    public int ConfirmedCount => Generated > 0 ? Math.Min(1, Window.Count) : 0;

    /// <summary>Positions of the window that are drafts.</summary>
    public int DraftCount => Window.Count - ConfirmedCount;

    /// <summary>Its newest position, whose loops can draft the one after it.</summary>
    public int NewestPosition => Window.Count > 0 ? PositionOf(Window.Count - 1) : Prompt.Length - 1;

    /// <summary>The position of a place in the window.</summary>
    public int PositionOf(int index) => Prompt.Length + Math.Max(0, Generated - 1) + index;

    /// <summary>Whether the token of a position is certain: in the prompt, and in the position after the last published one.</summary>
    public bool IsCertain(int position) => position < Prompt.Length || (Generated > 0 && position == PositionOf(0));

    /// <summary>It waits for admission.</summary>
    public void Enqueue() => State = SequenceState.Queued;

    /// <summary>Gives it a number: it runs from now on.</summary>
    public void Admit(int number) => (State, Number) = (SequenceState.Running, number);

    /// <summary>Counts a sequence that was admitted before it.</summary>
    public void Bypass() => Bypassed++;

    /// <summary>Begins after a cached prefix.</summary>
    /// <param name="count">Its tokens.</param>
    /// <param name="exact">Those of them whose positions ran all loops of the model.</param>
    public void SkipPrompt(int count, int exact) => (PromptStarted, CachedPrompt, _exactCached, Leader) = (count, count, exact, null);

    /// <summary>All of its prompt has run.</summary>
    public void FinishPrompt() => HasReadPrompt = true;

    /// <summary>Notes a generated position that is published, where others may reuse it.</summary>
    /// <param name="position">The position.</param>
    /// <param name="token">Its token.</param>
    /// <param name="isFull">Whether it ran all loops of the model.</param>
    public void Keep(int position, int token, bool isFull)
    {
        var isExact = isFull && position == ExactCount;
        if (PrefixKey is not null && (isExact || PrefixReuse == PrefixReuse.AsGenerated))
        {
            _kept ??= new int[Reservation.GeneratedPositions];
            _kept[_keptCount++] = token;
            _exactGenerated += isExact ? 1 : 0;
        }
    }

    /// <summary>The tokens that others may reuse, the first <see cref="ExactCount"/> exactly.</summary>
    public TokenRun KeptTokens() => new(Prompt.Span, _kept.AsSpan(0, _keptCount));

    /// <summary>Starts the next position of the prompt.</summary>
    /// <returns>The position.</returns>
    public int StartPrompt() => PromptStarted++;

    /// <summary>Tells the processors which token was chosen or drafted.</summary>
    public void Accept(int token)
    {
        foreach (var processor in Processors)
        {
            processor.Accept(token);
        }

        DraftConstraint?.Accept(token);
    }

    /// <summary>Lets the processors forget the newest drafts.</summary>
    public void Rewind(int count)
    {
        foreach (var processor in Processors)
        {
            processor.Rewind(count);
        }

        DraftConstraint?.Rewind(count);
    }

    /// <summary>
    /// Publishes the token that follows the oldest position, which leaves the window. What is left there
    /// are drafts, and the first may be this token.
    /// </summary>
    public void Publish(int token, long now)
    {
        if (Generated > 0)
        {
            Window.RemoveFirst();
        }

        Generated++;
        Generation.CountToken(now);
    }

    /// <summary>An event with what is counted of it so far.</summary>
    public GenerationEvent WithCounts(in GenerationEvent each) => each with
    {
        DraftTokens = Drafts.Drafted,
        CachedPromptTokens = CachedPrompt,
        AsGeneratedPromptTokens = AsGeneratedPrompt,
    };

    /// <summary>It is over.</summary>
    public void End() => State = SequenceState.Ended;
}
