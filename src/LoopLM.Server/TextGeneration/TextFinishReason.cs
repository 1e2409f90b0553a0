namespace LoopLM.Server.TextGeneration;

/// <summary>Why a text ended without an error.</summary>
internal enum TextFinishReason
{
    /// <summary>A stop token or a stop string came.</summary>
    Stop,

    /// <summary>It has as many tokens as were requested.</summary>
    Length,
}
