using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Access;
using LoopLM.Server.Errors;
using LoopLM.Server.Models;
using LoopLM.Server.Work;

namespace LoopLM.Server.TextGeneration;

/// <summary>
/// Encodes requests for the engine: prompts as tokens, formats as constraints. What these steps show to be wrong is refused.
/// </summary>
internal sealed class TextEncoder(RequestLimits limits, OutputConstraints constraints, RequestWork work)
{
    /// <summary>Encodes requests to one model, or says why one of them cannot be.</summary>
    /// <param name="model">The model.</param>
    /// <param name="requests">The requests, at least one.</param>
    /// <param name="caller">Whom they come from.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<Result<EncodedText>> EncodeAsync(
        ServedModel model, IReadOnlyList<TextRequest> requests, Caller caller, CancellationToken cancellation)
    {
        var generations = new GenerationRequest[requests.Count][];
        for (var i = 0; i < generations.Length; i++)
        {
            var encoded = await EncodeAsync(model, requests[i], caller, cancellation);
            if (!encoded.TryGet(out generations[i]!, out var error))
            {
                return error;
            }
        }

        return new EncodedText(model, requests, generations);
    }

    private static SamplingSettings Seeded(SamplingSettings sampling, int index) =>
        sampling.Seed is { } seed ? sampling with { Seed = CounterRandom.Derive(seed, index) } : sampling;

    private static GenerationRequest ToGeneration(
        ServedModel model,
        TextRequest request,
        ReadOnlyMemory<int> prompt,
        int[] stopTokens,
        SamplingSettings sampling,
        Func<int, int, ITokenConstraint>? constraint,
        int index)
    {
        var maxTokens = MaxTokens(model, request, prompt.Length);
        return new()
        {
            Prompt = prompt,
            MaxTokens = maxTokens,
            MinTokens = request.Stops.MinTokens,
            Sampling = Seeded(sampling, index),
            Constraint = request.Constraints.ReasoningBudget is { } budget
                ? maxRewind => new ReasoningBudgetConstraint(constraint?.Invoke(maxTokens, maxRewind), budget, model.Tokenizer, maxRewind)
                : constraint is null ? null : maxRewind => constraint(maxTokens, maxRewind),
            Exit = request.Exit,
            KvLayout = request.KvLayout,
            Speculation = request.Speculation,
            CacheSalt = request.CacheSalt,
            PrefixReuse = request.PrefixReuse,
            StopTokens = stopTokens,
            Reports = request.Reports,
        };
    }

    /// <summary>Most tokens to generate after a prompt: what is requested, else what context and KV slots have room for.</summary>
    private static int MaxTokens(ServedModel model, TextRequest request, int promptLength)
    {
        if (request.MaxTokens is { } asked)
        {
            return asked;
        }

        var (engine, loops) = (model.Settings.Engine, model.Checkpoint.Config.Loops);
        var reservation = new KvReservation(
            request.KvLayout ?? engine.KvLayout,
            promptLength,
            0,
            loops,
            request.Exit.MaxLoops ?? engine.Exit.MaxLoops ?? loops,
            request.Reports.SkippedLoopLogprobs);
        var left = Math.Min(model.Checkpoint.Config.ContextLength - promptLength, KvLedger.MostGenerated(reservation, engine.KvSlots) + 1);
        return Math.Max(1, Math.Min(left, request.DefaultTokens ?? left));
    }

    /// <summary>A prompt that fills the context leaves no room for tokens of which the request says nothing.</summary>
    private static RequestError? CheckRoom(ServedModel model, TextRequest request, IReadOnlyList<ReadOnlyMemory<int>> prompts)
    {
        var context = model.Checkpoint.Config.ContextLength;
        var longest = prompts.Max(prompt => prompt.Length);
        return request.MaxTokens is not null || longest < context
            ? null
            : new(RequestErrorKind.ContextExceeded, "prompt",
                $"This model's maximum context length is {context} tokens. "
                + $"However, your prompt contains {longest} input tokens, which leaves no room for output tokens. "
                + $"Shorten the prompt by at least {longest - context + 1} tokens.");
    }

    private static ReadOnlyMemory<int> Encode(ServedModel model, TextPrompt prompt, TextRequest request)
    {
        var tokens = prompt.Text is { } text ? EncodeText(text) : prompt.Tokens;
        return request.Prompt.Keep(tokens, model.Checkpoint.Config.ContextLength - (request.MaxTokens ?? 1));

        ReadOnlyMemory<int> EncodeText(string text)
        {
            var ids = model.Tokenizer.EncodeToIds(text);
            return (request.Prompt.AddSpecialTokens ? model.Tokenizer.AddSpecialTokens(ids) : ids).ToArray();
        }
    }

    /// <summary>
    /// A word is at the beginning of a text or after a space, which often belongs to its first token; both ways are forbidden, as in vLLM.
    /// </summary>
    private static int[][] EncodeBadWords(ServedModel model, IReadOnlyList<string> words)
    {
        var encoded = new List<int[]>();
        foreach (var word in words.Select(word => word.TrimStart()))
        {
            int[] plain = [.. model.Tokenizer.EncodeToIds(word)];
            int[] spaced = [.. model.Tokenizer.EncodeToIds(" " + word)];
            encoded.Add(plain);
            if (spaced.Length == plain.Length && spaced[0] != plain[0])
            {
                encoded.Add(spaced);
            }
        }

        return [.. encoded];
    }

    private async Task<Result<GenerationRequest[]>> EncodeAsync(
        ServedModel model, TextRequest request, Caller caller, CancellationToken cancellation)
    {
        var sampling = request.Sampling with { BadWords = EncodeBadWords(model, request.Constraints.BadWords) };
        sampling = sampling.Over(model.SamplingDefaults.Settings);
        if (sampling.Check(model.Checkpoint.Config.VocabularySize) is { } refused)
        {
            return RequestError.From(refused);
        }

        var encoded = await work.OnTextAsync(
            caller,
            request.Prompts.Sum(prompt => (long)(prompt.Text?.Length ?? 0)),
            () => request.Prompts.Select(prompt => Encode(model, prompt, request)).ToArray(),
            cancellation);
        if (!encoded.TryGet(out var prompts, out var error))
        {
            return error;
        }

        error = CheckRoom(model, request, prompts) ?? limits.CheckLogprobs(
            request,
            prompts.Sum(prompt => prompt.Length),
            prompts.Sum(prompt => (long)MaxTokens(model, request, prompt.Length)),
            model.Checkpoint.Config.VocabularySize);
        if (error is not null)
        {
            return error;
        }

        Func<int, int, ITokenConstraint>? constraint = null;
        if (request.Constraints.Format is { } format
            && !(await constraints.CompileAsync(model, format, caller, cancellation)).TryGet(out constraint, out error))
        {
            return error;
        }

        int[] endTokens = [.. model.EndOfTextTokens, .. request.EndOfTurnTokens];
        int[] stopTokens = [.. request.Stops.IgnoreEndOfText ? [] : endTokens, .. request.Stops.Tokens];
        return prompts
            .SelectMany(prompt => Enumerable.Range(0, request.Choices).Select(
                index => ToGeneration(model, request, prompt, stopTokens, sampling, constraint, index)))
            .ToArray();
    }
}
