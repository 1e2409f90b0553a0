using LoopLM.Server.Rest.Errors;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Rest.Output;

/// <summary>Writes the chunks of one streamed answer, each as a whole server-sent event.</summary>
internal interface IChunkWriter : IDisposable
{
    /// <summary>Writes what happened to one choice.</summary>
    /// <param name="index">Which choice.</param>
    /// <param name="part">A token, or the end without an error.</param>
    void WritePart(int index, in TextEvent part);

    /// <summary>Writes what closes a stream whose choices have all ended, the mark of the end with it.</summary>
    void WriteEnd();

    /// <summary>Writes an error; what follows must break the connection off.</summary>
    void WriteError(OpenAiError error);
}
