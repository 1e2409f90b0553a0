using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Scheduling;
using static LoopLM.Engine.Requests.SamplingRules;

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
        rejection = CheckLengths(request) ?? SamplingRules.Check(request.Sampling, model.VocabularySize) ?? CheckReports(request) ?? CheckTokens(request);
        if (rejection is not null
            || !TryResolveExit(request, out var exit, out rejection)
            || !TryResolveSpeculation(request, out var speculation, out rejection))
        {
            return false;
        }

        var reservation = new KvReservation(
            request.KvLayout ?? options.KvLayout, request.Prompt.Length, Math.Max(request.MaxTokens - 1, 0), model.Loops, exit.MaxLoops, request.SkippedLoopLogprobs);
        var worstCase = KvLedger.WorstCase(reservation);
        var (positions, positionSlots) = ((long)request.Prompt.Length + reservation.GeneratedPositions, options.PositionSlots(model));
        if (positionSlots > 0 && positions > positionSlots)
        {
            rejection = new Rejection(RejectionReason.KvExceeded, "max_tokens",
                $"The request may need {positions} position slots, the server has {positionSlots}. Ask for fewer tokens.");
            return false;
        }

        if (worstCase > options.KvSlots)
        {
            rejection = new Rejection(RejectionReason.KvExceeded, "max_tokens",
                $"The request may need {worstCase} KV slots, the server has {options.KvSlots}. Ask for fewer tokens or a smaller max_loops.");
            return false;
        }

        var scored = request.PromptLogprobs is null ? 0 : request.Prompt.Length;
        sequence = new Sequence(new Generation(scored + request.MaxTokens, request.Signal))
        {
            Prompt = request.Prompt,
            MaxTokens = request.MaxTokens,
            Sampling = request.Sampling,
            Seed = request.Sampling.Seed ?? Random.Shared.NextInt64(),
            Exit = exit,
            Reservation = reservation,
            Speculation = speculation,
            PrefixKey = KeyOf(request, client, reservation.Layout),
            StopTokens = request.StopTokens.ToFrozenSet(),
            ReportGates = request.ReportGates && model.HasGate,
            Processors = LogitsProcessors.For(request),
            Logprobs = request.Logprobs,
            LogprobTokens = [.. request.LogprobTokens.Distinct()],
            PromptLogprobs = request.PromptLogprobs,
            LoopLogprobs = request.LoopLogprobs,
            ObservedLoops = request.SkippedLoopLogprobs ? Math.Max(model.Loops, exit.MaxLoops) : 0,
            Cost = MostLoops(reservation),
            AcceptedAt = time.GetTimestamp(),
            Client = client,
            Window = new PositionWindow(TokenTail.MaxDrafts + 1),
        };
        return true;
    }

    /// <summary>Scores of a prompt need all of it; the shared layout keeps one loop of it.</summary>
    private PrefixKey? KeyOf(GenerationRequest request, RequestClient client, KvLayout layout) =>
        options.PrefixCache == PrefixCacheMode.On && model.PositionLayers == PositionLayers.None
        && layout == KvLayout.LastExited && request.PromptLogprobs is null
            ? new PrefixKey(client.Name, request.CacheSalt)
            : null;

    private static long MostLoops(in KvReservation reservation) =>
        ((long)reservation.PromptLength * reservation.ModelLoops)
        + ((long)reservation.GeneratedPositions * (reservation.Observes ? Math.Max(reservation.ModelLoops, reservation.MaxLoops) : reservation.MaxLoops));

    private Rejection? CheckLengths(GenerationRequest request)
    {
        var (prompt, generated) = (request.Prompt.Length, request.MaxTokens);
        if (prompt == 0)
        {
            return Invalid("prompt", "'prompt' has no tokens; it must have at least one.");
        }

        if (generated < 0)
        {
            return Invalid("max_tokens", $"'max_tokens' is {generated}; it must be 0 or more.");
        }

        if (request.MinTokens < 0 || request.MinTokens > generated)
        {
            return Invalid("min_tokens", $"'min_tokens' is {request.MinTokens}; it must be between 0 and max_tokens, which is {generated}.");
        }

        return (long)prompt + generated <= model.ContextLength
            ? null
            : new Rejection(RejectionReason.ContextExceeded, "prompt",
                $"This model's maximum context length is {model.ContextLength} tokens. However, you requested {generated} output tokens "
                + $"and your prompt contains {prompt} input tokens, for a total of {(long)prompt + generated} tokens. "
                + (prompt < model.ContextLength
                    ? $"Ask for at most {model.ContextLength - prompt} output tokens, or shorten the prompt."
                    : $"Shorten the prompt by at least {prompt - model.ContextLength + 1} tokens."));
    }

    private Rejection? CheckReports(GenerationRequest request) =>
        CheckRange("logprobs", request.Logprobs ?? 0, 0, model.VocabularySize)
        ?? CheckRange("prompt_logprobs", request.PromptLogprobs ?? 0, 0, model.VocabularySize)
        ?? CheckRange("return_loop_logprobs", request.LoopLogprobs, 0, model.VocabularySize)
        ?? (request.LogprobTokens.Count > 0 && request.Logprobs is null
            ? Invalid("logprob_token_ids", "'logprob_token_ids' needs 'logprobs'.")
            : null)
        ?? (request is { SkippedLoopLogprobs: true, LoopLogprobs: 0 }
            ? Invalid("return_skipped_loop_logprobs", "'return_skipped_loop_logprobs' needs 'return_loop_logprobs' to be 1 or more.")
            : null)
        ?? (request.LoopLogprobs > 0 && model.HasCoda
            ? Invalid("return_loop_logprobs", "'return_loop_logprobs' is not available for this model: its coda reads the last loop of every token before.")
            : null);

    private Rejection? CheckTokens(GenerationRequest request)
    {
        foreach (var token in request.Prompt.Span)
        {
            if ((uint)token >= (uint)model.VocabularySize)
            {
                return Invalid("prompt", $"'prompt' contains the token id {token}; ids are 0 to {model.VocabularySize - 1}.");
            }
        }

        return SamplingRules.CheckTokens("stop_token_ids", request.StopTokens, model.VocabularySize)
            ?? SamplingRules.CheckTokens("logprob_token_ids", request.LogprobTokens, model.VocabularySize);
    }

    private bool TryResolveExit(
        GenerationRequest request,
        [NotNullWhen(true)] out ExitRule? rule,
        [NotNullWhen(false)] out Rejection? rejection)
    {
        rule = null;
        var (asked, defaults) = (request.Exit, options.Exit);
        var defaultName = defaults.Policy is { } given && IsAvailable(given) ? given : model.HasGate ? "q-exit" : "fixed";
        var name = asked.Policy ?? defaultName;
        if (!policies.TryGet(name, out var policy))
        {
            rejection = Invalid("exit_policy", $"'exit_policy' is '{name}'; it must be one of {string.Join(", ", policies.Names)}.");
            return false;
        }

        if (!IsAvailable(name))
        {
            rejection = Invalid("exit_policy",
                $"'exit_policy' is '{name}', which needs a gate, and this model has none; it must be one of {string.Join(", ", policies.Names.Where(IsAvailable))}.");
            return false;
        }

        var threshold = asked.Threshold
            ?? (name == defaultName ? defaults.Threshold : null)
            ?? policy.DefaultThreshold
            ?? model.ExitThreshold;
        var maxLoops = asked.MaxLoops ?? defaults.MaxLoops ?? model.Loops;
        var minLoops = asked.MinLoops ?? Math.Min(defaults.MinLoops ?? 1, maxLoops);
        rejection = CheckRange("exit_threshold", threshold, 0, policy.MaxThreshold)
            ?? CheckLoops(minLoops, maxLoops)
            ?? CheckTrace(name, asked.Trace, request.MaxTokens, maxLoops);
        if (rejection is not null)
        {
            return false;
        }

        rule = new ExitRule(policy, threshold, minLoops, maxLoops, asked.Trace ?? default);
        return true;
    }

    private bool TryResolveSpeculation(GenerationRequest request, out SpeculationRule rule, [NotNullWhen(false)] out Rejection? rejection)
    {
        var strategy = request.Speculation.Strategy ?? options.Speculation.Strategy ?? SpeculationStrategy.Adaptive;
        var loops = request.Speculation.DraftLoops ?? options.Speculation.DraftLoops ?? 1;
        var most = Math.Min(options.MaxLoops, model.MaxLoops);
        rule = new SpeculationRule(strategy, loops);
        rejection = loops < 1 || loops > most
            ? Invalid("draft_loops", $"'draft_loops' is {loops}; it must be between 1 and {most}.")
            : request.Speculation.DraftLoops is not null && strategy != SpeculationStrategy.Fixed
                ? Invalid("draft_loops", $"'draft_loops' needs the speculation 'fixed'; it is '{strategy.ToString().ToLowerInvariant()}'.")
                : null;
        return rejection is null;
    }

    /// <summary>Whether a policy finds in this model what it decides on.</summary>
    private bool IsAvailable(string name) => model.HasGate || !policies.TryGet(name, out var policy) || !policy.Reads(threshold: 0).Has(ExitSignals.Gate);

    private Rejection? CheckLoops(int minLoops, int maxLoops)
    {
        var most = Math.Min(options.MaxLoops, model.MaxLoops);
        if (maxLoops < 1 || maxLoops > most)
        {
            return Invalid("max_loops", $"'max_loops' is {maxLoops}; it must be between 1 and {most}.");
        }

        return minLoops >= 1 && minLoops <= maxLoops
            ? null
            : Invalid("min_loops", $"'min_loops' is {minLoops}; it must be between 1 and max_loops, which is {maxLoops}.");
    }

    private Rejection? CheckTrace(string policy, ReadOnlyMemory<int>? trace, int maxTokens, int maxLoops)
    {
        if (policy != TracePolicy.PolicyName)
        {
            return trace is null ? null : Invalid("exit_trace", $"'exit_trace' needs the exit_policy 'trace'; it is '{policy}'.");
        }

        if (trace is not { Length: > 0 } steps || steps.Length < maxTokens)
        {
            return Invalid("exit_trace",
                $"'exit_trace' has {trace?.Length ?? 0} exit steps; the exit_policy 'trace' needs one for each of max_tokens = {maxTokens}.");
        }

        if (steps.Span[0] != model.Loops)
        {
            return Invalid("exit_trace",
                $"'exit_trace' begins with {steps.Span[0]}; the first token comes out of the prompt pass, which leaves at {model.Loops}.");
        }

        foreach (var step in steps.Span[1..Math.Max(maxTokens, 1)])
        {
            if (step < 1 || step > maxLoops)
            {
                return Invalid("exit_trace", $"'exit_trace' contains {step}; exit steps are between 1 and max_loops, which is {maxLoops}.");
            }
        }

        return null;
    }
}
