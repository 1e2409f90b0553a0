namespace LoopLM.Engine.Requests;

/// <summary>Why a generation ended without an error.</summary>
public enum FinishReason
{
    /// <summary>A stop token came, or the reader had all it wanted.</summary>
    Stop,

    /// <summary>It has as many tokens as were requested.</summary>
    Length,

    /// <summary>Its reader cancelled it.</summary>
    Cancelled,

    /// <summary>It has waited for admission for as long as requests may.</summary>
    QueueTimeout,
}
