using System.Diagnostics.CodeAnalysis;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Requests;
using LoopLM.Server.Configuration;
using LoopLM.Server.Hosting;
using LoopLM.Text.Decoding;
using LoopLM.Text.Stopping;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Generations;

/// <summary>Turns requests for text into generations of the engine; every protocol goes through it.</summary>
internal sealed class TextGenerator(InferenceEngine engine, ServedModel model, IOptions<LimitOptions> limits)
{
    /// <summary>Starts a generation, or says why not: the server's own checks from cheap to dear, then the engine's.</summary>
    public bool TryStart(
        TextRequest request,
        [NotNullWhen(true)] out TextGeneration? text,
        [NotNullWhen(false)] out RequestError? error)
    {
        text = null;
        error = CheckModel(request.Model) ?? CheckStop(request.Stop);
        if (error is not null)
        {
            return false;
        }

        var prompt = request.PromptText is { } promptText ? model.Tokenizer.EncodeToIds(promptText).ToArray() : request.PromptTokens;
        var stopTokens = model.Checkpoint.Config.EndOfTextTokens;
        var accepted = engine.TrySubmit(
            new GenerationRequest
            {
                Prompt = prompt,
                MaxTokens = request.MaxTokens,
                Sampling = request.Sampling,
                Exit = request.Exit,
                KvLayout = request.KvLayout,
                StopTokens = stopTokens,
                ReportGates = request.ReportGates,
            },
            out var generation,
            out var rejection);
        if (!accepted)
        {
            error = RequestError.From(rejection!);
            return false;
        }

        text = new TextGeneration(generation!, new StoppingDecoder(model.Tokenizer, new StopStrings(request.Stop)), stopTokens, prompt.Length);
        return true;
    }

    private RequestError? CheckModel(string? name) =>
        string.IsNullOrEmpty(name) || name == model.Name
            ? null
            : new RequestError(RequestErrorKind.UnknownModel, "model", $"The model `{(name.Length > 256 ? name[..256] : name)}` does not exist.");

    private RequestError? CheckStop(IReadOnlyList<string> stop)
    {
        var (most, longest) = (limits.Value.MaxStopStrings, limits.Value.MaxStopLength);
        if (stop.Count > most)
        {
            return new RequestError(RequestErrorKind.InvalidValue, "stop", $"'stop' has {stop.Count} strings; at most {most} are allowed.");
        }

        if (stop.Any(each => each.Length == 0))
        {
            return new RequestError(RequestErrorKind.InvalidValue, "stop", "'stop' contains an empty string; every string must have at least one character.");
        }

        return stop.FirstOrDefault(each => each.Length > longest) is { } tooLong
            ? new RequestError(RequestErrorKind.InvalidValue, "stop", $"'stop' contains a string of {tooLong.Length} characters; at most {longest} are allowed.")
            : null;
    }
}
