using LoopLM.Engine.Requests;
using LoopLM.Server.Models;

namespace LoopLM.Server.TextGeneration;

/// <summary>Requests to one model that have been checked and encoded, to be started together or not at all.</summary>
/// <param name="Model">The model.</param>
/// <param name="Requests">The requests, at least one.</param>
/// <param name="Generations">For each request its generations, prompt by prompt.</param>
internal sealed record EncodedText(ServedModel Model, IReadOnlyList<TextRequest> Requests, GenerationRequest[][] Generations)
{
    /// <summary>Most tokens that they take: those of all prompts, and all that may be generated.</summary>
    public long MaxTokens => Generations.Sum(each => each.Sum(one => (long)one.Prompt.Length + one.MaxTokens));
}
