using System.Diagnostics.CodeAnalysis;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Hosting;
using LoopLM.Text.Decoding;
using LoopLM.Text.Stopping;

namespace LoopLM.Server.Generations;

/// <summary>Turns requests for text into generations of the engine; every protocol goes through it.</summary>
internal sealed class TextGenerator(InferenceEngine engine, ServedModel model, RequestLimits limits)
{
    /// <summary>Starts all generations of a request, or none and says why not: the server's own checks from cheap to dear, then the engine's.</summary>
    public bool TryStart(
        TextRequest request,
        [NotNullWhen(true)] out TextChoices? choices,
        [NotNullWhen(false)] out RequestError? error)
    {
        choices = null;
        error = CheckModel(request.Model) ?? limits.Check(request);
        if (error is not null)
        {
            return false;
        }

        var sampling = request.Sampling with { BadWords = EncodeBadWords(request.BadWords) };
        if (SamplingRules.Check(sampling, model.Checkpoint.Config.VocabularySize) is { } refused)
        {
            error = RequestError.From(refused);
            return false;
        }

        var prompts = request.Prompts.Select(prompt => Encode(prompt, request.AddSpecialTokens)).ToArray();
        error = limits.CheckPromptLogprobs(request, prompts.Sum(prompt => prompt.Length));
        if (error is not null)
        {
            return false;
        }

        int[] stopTokens = [.. request.IgnoreEndOfText ? [] : model.Checkpoint.Config.EndOfTextTokens, .. request.StopTokens];
        var wanted = prompts
            .SelectMany(prompt => Enumerable.Range(0, request.Choices).Select(index => ToGeneration(request, prompt, stopTokens, sampling, index)))
            .ToArray();
        if (!engine.TrySubmit(wanted, out var generations, out var rejection))
        {
            error = RequestError.From(rejection);
            return false;
        }

        var stops = new StopStrings(request.Stop);
        choices = new TextChoices(
            [.. generations.Select((generation, i) => new TextGeneration(generation, CreateDecoder(request, stops), wanted[i].Prompt, stopTokens, request))],
            request.Choices);
        return true;
    }

    private static SamplingSettings Seeded(SamplingSettings sampling, int index) =>
        sampling.Seed is { } seed ? sampling with { Seed = CounterRandom.Derive(seed, index) } : sampling;

    private GenerationRequest ToGeneration(TextRequest request, ReadOnlyMemory<int> prompt, int[] stopTokens, SamplingSettings sampling, int index) => new()
    {
        Prompt = prompt,
        MaxTokens = request.MaxTokens ?? Math.Max(1, model.Checkpoint.Config.ContextLength - prompt.Length),
        MinTokens = request.MinTokens,
        Sampling = Seeded(sampling, index),
        Constraint = request.Constraint?.Invoke(),
        Exit = request.Exit,
        KvLayout = request.KvLayout,
        StopTokens = stopTokens,
        ReportGates = request.ReportGates,
        Logprobs = request.Logprobs,
        PromptLogprobs = request.PromptLogprobs,
        LoopLogprobs = request.LoopLogprobs,
    };

    private StoppingDecoder CreateDecoder(TextRequest request, StopStrings stops) =>
        new(model.Tokenizer, stops, request.SkipSpecialTokens, request.IncludeStop, request.MinTokens);

    private ReadOnlyMemory<int> Encode(TextPrompt prompt, bool addSpecialTokens)
    {
        if (prompt.Text is not { } text)
        {
            return prompt.Tokens;
        }

        var ids = model.Tokenizer.EncodeToIds(text);
        return (addSpecialTokens ? model.Tokenizer.AddSpecialTokens(ids) : ids).ToArray();
    }

    /// <summary>A word stands at the beginning of a text or behind a space, which often belongs to its first token; both forms are forbidden, as in vLLM.</summary>
    private int[][] EncodeBadWords(IReadOnlyList<string> words)
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

    private RequestError? CheckModel(string? name) =>
        string.IsNullOrEmpty(name) || name == model.Name
            ? null
            : new RequestError(RequestErrorKind.UnknownModel, "model", $"The model `{(name.Length > 256 ? name[..256] : name)}` does not exist.");
}
