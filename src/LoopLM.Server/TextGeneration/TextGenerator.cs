using LoopLM.Engine.Requests;
using LoopLM.Server.Access;
using LoopLM.Server.Errors;
using LoopLM.Server.Models;
using LoopLM.Text.Decoding;
using LoopLM.Text.Stopping;

namespace LoopLM.Server.TextGeneration;

/// <summary>Submits encoded requests to the engine of their model, and decodes what it generates.</summary>
internal sealed class TextGenerator : ITextGenerator
{
    public Result<TextChoices[]> Start(EncodedText text, Caller caller)
    {
        var signals = Array.ConvertAll(text.Generations, _ => new EventSignal());
        GenerationRequest[] together = [.. text.Generations.SelectMany((each, i) => each.Select(one => one with { Signal = signals[i] }))];
        if (!text.Model.Engine.TrySubmit(together, caller.Queue, out var generations, out var rejection))
        {
            return RequestError.From(rejection);
        }

        var started = generations.AsEnumerable();
        var all = new TextChoices[text.Requests.Count];
        for (var i = 0; i < all.Length; i++)
        {
            var wanted = text.Generations[i];
            all[i] = Decode(text.Model, text.Requests[i], wanted, started.Take(wanted.Length), signals[i]);
            started = started.Skip(wanted.Length);
        }

        return all;
    }

    private static TextChoices Decode(
        ServedModel model, TextRequest request, GenerationRequest[] wanted, IEnumerable<Generation> generations, EventSignal signal)
    {
        var stops = new StopStrings(request.Stops.Strings);
        return new TextChoices(
            model,
            [
                .. generations.Select((generation, i) =>
                    new TextChoice(generation, CreateDecoder(), wanted[i].Prompt, wanted[i].StopTokens, request)),
            ],
            request.Choices,
            signal);

        StoppingDecoder CreateDecoder() => new(
            model.Tokenizer, stops, request.SkipSpecialTokens, request.Stops.Include, request.Stops.MinTokens, request.ShownTokens);
    }
}
