using System.Diagnostics.CodeAnalysis;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Access;
using LoopLM.Server.Hosting;
using LoopLM.Server.Work;
using LoopLM.Text.Decoding;
using LoopLM.Text.Stopping;

namespace LoopLM.Server.Generations;

/// <summary>Turns requests for text into generations of the engine of their model; every protocol goes through it.</summary>
internal sealed class TextGenerator(
    ServedModels models, RequestLimits limits, OutputConstraints constraints, RequestWork work, TokenCharges charges, RequestClients clients)
{
    /// <summary>Starts all generations of a request, or none and says why not: the server's own checks from cheap to dear, then the engine's.</summary>
    /// <exception cref="OperationCanceledException">The work before the start was cancelled.</exception>
    public async Task<Result<TextChoices>> StartAsync(TextRequest request, CancellationToken cancellation) =>
        TryFindModel(request, out var model, out var error) ? await StartAsync(model, request, cancellation) : error;

    /// <summary>Starts all generations of a request for which <see cref="TryFindModel"/> has found the model.</summary>
    /// <inheritdoc cref="StartAsync(TextRequest, CancellationToken)"/>
    public async Task<Result<TextChoices>> StartAsync(ServedModel model, TextRequest request, CancellationToken cancellation)
    {
        var started = await StartAsync(model, [request], cancellation);
        return started.TryGet(out var choices, out var error) ? choices[0] : error;
    }

    /// <summary>Starts all generations of several requests to one model, or none.</summary>
    /// <param name="requests">The requests, at least one; the first names the model.</param>
    /// <param name="cancellation">Ends the work before the start.</param>
    /// <returns>The choices of each request.</returns>
    /// <exception cref="OperationCanceledException">The work before the start was cancelled.</exception>
    public async Task<Result<TextChoices[]>> StartAsync(IReadOnlyList<TextRequest> requests, CancellationToken cancellation)
    {
        ServedModel? model = null;
        foreach (var request in requests)
        {
            if (!TryFindModel(request, out model, out var error))
            {
                return error;
            }
        }

        return await StartAsync(model!, requests, cancellation);
    }

    /// <summary>Finds the model of a request and makes the cheap checks: what they refuse is refused before any work on its texts.</summary>
    public bool TryFindModel(TextRequest request, [NotNullWhen(true)] out ServedModel? model, [NotNullWhen(false)] out RequestError? error)
    {
        if (models.TryFind(request.Model, out model, out error))
        {
            error = limits.Check(request, model.Settings.Engine);
        }

        return error is null;
    }

    private async Task<Result<TextChoices[]>> StartAsync(ServedModel model, IReadOnlyList<TextRequest> requests, CancellationToken cancellation)
    {
        var wanted = new GenerationRequest[requests.Count][];
        var signals = Array.ConvertAll(wanted, _ => new EventSignal());
        for (var i = 0; i < wanted.Length; i++)
        {
            var prepared = await PrepareAsync(model, requests[i], cancellation);
            if (!prepared.TryGet(out wanted[i]!, out var refused))
            {
                return refused;
            }
        }

        GenerationRequest[] together = [.. wanted.SelectMany((each, i) => each.Select(one => one with { Signal = signals[i] }))];
        if (charges.TryCharge(together.Sum(each => (long)each.Prompt.Length + each.MaxTokens)) is { } error)
        {
            return error;
        }

        if (!model.Engine.TrySubmit(together, clients.Current, out var generations, out var rejection))
        {
            return RequestError.From(rejection);
        }

        var started = generations.AsEnumerable();
        var all = new TextChoices[requests.Count];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = Decode(model, requests[i], wanted[i], started.Take(wanted[i].Length), signals[i]);
            started = started.Skip(wanted[i].Length);
        }

        return all;
    }

    private static TextChoices Decode(
        ServedModel model, TextRequest request, GenerationRequest[] wanted, IEnumerable<Generation> generations, EventSignal signal)
    {
        var stops = new StopStrings(request.Stop);
        return new TextChoices(
            model,
            [.. generations.Select((generation, i) => new TextGeneration(generation, CreateDecoder(model, request, stops), wanted[i].Prompt, wanted[i].StopTokens, request))],
            request.Choices,
            signal);
    }

    private static StoppingDecoder CreateDecoder(ServedModel model, TextRequest request, StopStrings stops) =>
        new(model.Tokenizer, stops, request.SkipSpecialTokens, request.IncludeStop, request.MinTokens, request.ShownTokens);

    private static SamplingSettings Seeded(SamplingSettings sampling, int index) =>
        sampling.Seed is { } seed ? sampling with { Seed = CounterRandom.Derive(seed, index) } : sampling;

    private static GenerationRequest ToGeneration(
        ServedModel model,
        TextRequest request,
        ReadOnlyMemory<int> prompt,
        int[] stopTokens,
        SamplingSettings sampling,
        Func<int, ITokenConstraint>? constraint,
        int index)
    {
        var maxTokens = MaxTokens(model, request, prompt.Length);
        return new()
        {
            Prompt = prompt,
            MaxTokens = maxTokens,
            MinTokens = request.MinTokens,
            Sampling = Seeded(sampling, index),
            Constraint = request.ThoughtBudget is { } budget
                ? new ThoughtBudgetConstraint(constraint?.Invoke(maxTokens), budget, model.Tokenizer)
                : constraint?.Invoke(maxTokens),
            Exit = request.Exit,
            KvLayout = request.KvLayout,
            StopTokens = stopTokens,
            ReportGates = request.ReportGates,
            Logprobs = Count(request.Logprobs),
            LogprobTokens = request.LogprobTokens,
            PromptLogprobs = Count(request.PromptLogprobs),
            LoopLogprobs = request.LoopLogprobs,
            SkippedLoopLogprobs = request.SkippedLoopLogprobs,
        };

        int? Count(int? top) => top == TextRequest.AllTokens ? model.Checkpoint.Config.VocabularySize : top;
    }

    /// <summary>Most tokens to generate behind a prompt: what is asked for, else what context and KV slots have room for.</summary>
    private static int MaxTokens(ServedModel model, TextRequest request, int promptLength)
    {
        if (request.MaxTokens is { } asked)
        {
            return asked;
        }

        var (engine, loops) = (model.Settings.Engine, model.Checkpoint.Config.Loops);
        var reservation = new KvReservation(
            request.KvLayout ?? engine.KvLayout, promptLength, 0, loops, request.Exit.MaxLoops ?? engine.Exit.MaxLoops ?? loops, request.SkippedLoopLogprobs);
        var left = Math.Min(model.Checkpoint.Config.ContextLength - promptLength, KvLedger.MostGenerated(reservation, engine.KvSlots) + 1);
        return Math.Max(1, Math.Min(left, request.DefaultTokens ?? left));
    }

    private static ReadOnlyMemory<int> Truncate(ServedModel model, TextRequest request, ReadOnlyMemory<int> prompt)
    {
        var kept = request.TruncatePrompt == -1 ? model.Checkpoint.Config.ContextLength - (request.MaxTokens ?? 1) : request.TruncatePrompt;
        return kept is not { } most || most < 1 || most >= prompt.Length ? prompt : request.TruncateRight ? prompt[..most] : prompt[^most..];
    }

    /// <summary>A prompt that fills the context leaves no room for tokens of which the request says nothing.</summary>
    private static RequestError? CheckRoom(ServedModel model, TextRequest request, IReadOnlyList<ReadOnlyMemory<int>> prompts)
    {
        var context = model.Checkpoint.Config.ContextLength;
        var longest = prompts.Max(prompt => prompt.Length);
        return request.MaxTokens is not null || longest < context
            ? null
            : new(RequestErrorKind.ContextExceeded, "prompt",
                $"This model's maximum context length is {context} tokens. However, your prompt contains {longest} input tokens, which leaves no room for output tokens. "
                + $"Shorten the prompt by at least {longest - context + 1} tokens.");
    }

    private static ReadOnlyMemory<int> Encode(ServedModel model, TextPrompt prompt, bool addSpecialTokens)
    {
        if (prompt.Text is not { } text)
        {
            return prompt.Tokens;
        }

        var ids = model.Tokenizer.EncodeToIds(text);
        return (addSpecialTokens ? model.Tokenizer.AddSpecialTokens(ids) : ids).ToArray();
    }

    /// <summary>A word stands at the beginning of a text or behind a space, which often belongs to its first token; both forms are forbidden, as in vLLM.</summary>
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

    /// <summary>Encodes a request, as far as the checks of what that gives allow it.</summary>
    private async Task<Result<GenerationRequest[]>> PrepareAsync(ServedModel model, TextRequest request, CancellationToken cancellation)
    {
        var sampling = request.Sampling.Over(model.SamplingDefaults);
        sampling = sampling with { BadWords = [.. sampling.BadWords, .. EncodeBadWords(model, request.BadWords)] };
        if (SamplingRules.Check(sampling, model.Checkpoint.Config.VocabularySize) is { } refused)
        {
            return RequestError.From(refused);
        }

        var encoded = await work.OnTextAsync(
            request.Prompts.Sum(prompt => (long)(prompt.Text?.Length ?? 0)),
            () => request.Prompts.Select(prompt => Truncate(model, request, Encode(model, prompt, request.AddSpecialTokens))).ToArray(),
            cancellation);
        if (!encoded.TryGet(out var prompts, out var error))
        {
            return error;
        }

        error = CheckRoom(model, request, prompts)
            ?? limits.CheckLogprobs(
                request, prompts.Sum(prompt => prompt.Length), prompts.Sum(prompt => (long)MaxTokens(model, request, prompt.Length)), model.Checkpoint.Config.VocabularySize);
        if (error is not null)
        {
            return error;
        }

        Func<int, ITokenConstraint>? constraint = null;
        if (request.Format is { } format && !(await constraints.CompileAsync(model, format, cancellation)).TryGet(out constraint, out error))
        {
            return error;
        }

        int[] endTokens = [.. model.EndOfTextTokens, .. request.EndOfTurnTokens];
        int[] stopTokens = [.. request.IgnoreEndOfText ? [] : endTokens, .. request.StopTokens];
        return prompts
            .SelectMany(prompt => Enumerable.Range(0, request.Choices).Select(index => ToGeneration(model, request, prompt, stopTokens, sampling, constraint, index)))
            .ToArray();
    }
}
