using LoopLM.Server.Access;
using LoopLM.Server.Errors;

namespace LoopLM.Server.TextGeneration;

/// <summary>Starts what every protocol generates. Limits, logs and traces are around it as decorators.</summary>
internal interface ITextGenerator
{
    /// <summary>Starts all generations of some requests, or none and says why not.</summary>
    /// <param name="text">The requests, checked and encoded.</param>
    /// <param name="caller">Whom they come from.</param>
    /// <returns>The choices of each request.</returns>
    Result<TextChoices[]> Start(EncodedText text, Caller caller);
}
