using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>Receives what happens to a response's output, item by item: one begins, grows and ends before the next begins.</summary>
internal interface IOutputObserver
{
    /// <summary>An item begins, empty.</summary>
    void Begin(OutputItem item);

    /// <summary>An item has grown.</summary>
    /// <param name="item">The item; it has grown already.</param>
    /// <param name="delta">The text by which it has.</param>
    /// <param name="tokens">All tokens since the last growth of any item.</param>
    /// <param name="textTokens">Those of them that gave the text.</param>
    void Grow(OutputItem item, string delta, ReadOnlySpan<TextEvent> tokens, ReadOnlySpan<TextEvent> textTokens);

    /// <summary>An item has ended; its status says how.</summary>
    void End(OutputItem item);
}
