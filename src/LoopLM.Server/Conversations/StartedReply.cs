using LoopLM.Server.Replies;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Conversations;

/// <summary>A reply that is being generated. Disposing it cancels what still runs.</summary>
/// <param name="Choices">Its choices.</param>
/// <param name="Format">What is to be separated in each of them.</param>
internal sealed record StartedReply(TextChoices Choices, ReplyFormat Format) : IDisposable
{
    public void Dispose() => Choices.Dispose();
}
