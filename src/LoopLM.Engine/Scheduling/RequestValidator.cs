using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Sampling;

namespace LoopLM.Engine.Scheduling;

/// <summary>Checks requests against the model and the options, and fills in what they leave open. Safe to use from any thread.</summary>
internal sealed class RequestValidator(
    ModelDescription model, EngineOptions options, ExitPolicies policies, TimeProvider time)
{
    /// <summary>Turns a request into a sequence, or says what is wrong with it.</summary>
    public bool TryResolve(
        GenerationRequest request,
        RequestClient client,
        [NotNullWhen(true)] out Sequence? sequence,
        [NotNullWhen(false)] out Rejection? rejection)
    {
        sequence = null;
        rejection = CheckLengths(request)
            ?? request.Sampling.Check(model.VocabularySize)
            ?? request.Reports.Check(model)
            ?? CheckTokens(request);
        if (rejection is not null
            || !request.Exit.TryResolve(options.Exit, policies, model, options.MaxLoops, request.MaxTokens, out var exit, out rejection)
            || !request.Speculation.TryResolve(options.Speculation, model, options.MaxLoops, out var speculation, out rejection))
        {
            return false;
        }

        var reservation = new KvReservation(
            request.KvLayout ?? options.KvLayout,
            request.Prompt.Length,
            Math.Max(request.MaxTokens - 1, 0),
            model.Loops,
            exit.MaxLoops,
            request.Reports.SkippedLoopLogprobs);
        rejection = CheckSlots(reservation);
        if (rejection is not null)
        {
            return false;
        }

        var reports = request.Reports.For(model);
        var scored = reports.PromptLogprobs is null ? 0 : request.Prompt.Length;
        sequence = new Sequence(new Generation(scored + request.MaxTokens, request.Signal, time.GetTimestamp()))
        {
            Prompt = request.Prompt,
            MaxTokens = request.MaxTokens,
            Sampling = request.Sampling,
            Seed = request.Sampling.Seed ?? Random.Shared.NextInt64(),
            Exit = exit,
            Reservation = reservation,
            Speculation = speculation,
            PrefixKey = KeyOf(request, client, reservation.Layout),
            PrefixReuse = request.PrefixReuse ?? options.PrefixReuse,
            StopTokens = request.StopTokens.ToFrozenSet(),
            Reports = reports,
            Constraint = request.Constraint is { } create ? new ConstraintMask(() => create(0)) : null,
            DraftConstraint = DraftConstraintOf(request, speculation, reservation.Layout),
            Processors = LogitsProcessors.For(request),
            LogprobTokens = [.. reports.LogprobTokens],
            ObservedLoops = reports.SkippedLoopLogprobs ? Math.Max(model.Loops, exit.MaxLoops) : 0,
            Cost = MostLoops(reservation),
            Client = client,
            Window = new PositionWindow(TokenTail.MaxDrafts + 1),
        };
        return true;
    }

    private static ConstraintMask? DraftConstraintOf(GenerationRequest request, SpeculationRule speculation, KvLayout layout) =>
        request.Constraint is { } create && layout == KvLayout.LastExited && speculation.Strategy != SpeculationStrategy.Off
            ? new ConstraintMask(() => create(TokenTail.MaxDrafts), isForDrafts: true)
            : null;

    /// <summary>Scores of a prompt need all of it; the shared layout keeps one loop of it.</summary>
    private PrefixKey? KeyOf(GenerationRequest request, RequestClient client, KvLayout layout) =>
        options.PrefixCache == PrefixCacheMode.On && model.PositionLayers == PositionLayers.None
        && layout == KvLayout.LastExited && request.Reports.PromptLogprobs is null
            ? new PrefixKey(client.Name, request.CacheSalt)
            : null;

    private static long MostLoops(in KvReservation reservation)
    {
        var each = reservation.Observes ? Math.Max(reservation.ModelLoops, reservation.MaxLoops) : reservation.MaxLoops;
        return ((long)reservation.PromptLength * reservation.ModelLoops) + ((long)reservation.GeneratedPositions * each);
    }

    private Rejection? CheckSlots(in KvReservation reservation)
    {
        var worstCase = KvLedger.WorstCase(reservation);
        var (positions, positionSlots) = ((long)reservation.PromptLength + reservation.GeneratedPositions, options.PositionSlots(model));
        return positionSlots > 0 && positions > positionSlots
            ? new Rejection(RejectionReason.KvExceeded, new Field("max_tokens"),
                $"The request may need {positions} position slots, the server has {positionSlots}. Request fewer tokens.")
            : worstCase > options.KvSlots
            ? new Rejection(RejectionReason.KvExceeded, new Field("max_tokens"),
                $"The request may need {worstCase} KV slots, the server has {options.KvSlots}. "
                + $"Request fewer tokens or a smaller {new Field("max_loops")}.")
            : null;
    }

    private Rejection? CheckLengths(GenerationRequest request)
    {
        var (prompt, generated) = (request.Prompt.Length, request.MaxTokens);
        if (prompt == 0)
        {
            return Rejection.Invalid("prompt", $"{new Field("prompt")} has no tokens; it must have at least one.");
        }

        if (generated < 0)
        {
            return Rejection.Invalid("max_tokens", $"{new Field("max_tokens")} is {generated}; it must be 0 or more.");
        }

        if (request.MinTokens < 0 || request.MinTokens > generated)
        {
            return Rejection.Invalid("min_tokens", $"{new Field("min_tokens")} is {request.MinTokens}; "
                + $"it must be between 0 and {new Field("max_tokens")}, which is {generated}.");
        }

        return (long)prompt + generated <= model.ContextLength
            ? null
            : new Rejection(RejectionReason.ContextExceeded, new Field("prompt"),
                $"This model's maximum context length is {model.ContextLength} tokens. However, you requested {generated} output tokens "
                + $"and your prompt contains {prompt} input tokens, for a total of {(long)prompt + generated} tokens. "
                + $"{Advice()}");

        string Advice() => prompt < model.ContextLength
            ? $"Request at most {model.ContextLength - prompt} output tokens, or shorten the prompt."
            : $"Shorten the prompt by at least {prompt - model.ContextLength + 1} tokens.";
    }

    private Rejection? CheckTokens(GenerationRequest request)
    {
        foreach (var token in request.Prompt.Span)
        {
            if ((uint)token >= (uint)model.VocabularySize)
            {
                return Rejection.Invalid(
                    "prompt", $"{new Field("prompt")} contains the token id {token}; ids are 0 to {model.VocabularySize - 1}.");
            }
        }

        return FieldChecks.Tokens("stop_token_ids", request.StopTokens, model.VocabularySize);
    }
}
