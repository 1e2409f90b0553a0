using System.Buffers;
using System.Text.Json;
using LoopLM.Server.Rest.Errors;

namespace LoopLM.Server.Rest.Output;

/// <summary>Writes server-sent events of one JSON value each.</summary>
/// <param name="output">Where the bytes go.</param>
internal sealed class EventWriter(IBufferWriter<byte> output) : IDisposable
{
    /// <summary>Takes the value between <see cref="Start()"/> and <see cref="End"/>.</summary>
    public Utf8JsonWriter Json { get; } = new(output, RestJson.WriterOptions);

    public void Start() => output.Write("data: "u8);

    /// <summary>Starts an event that has a name.</summary>
    public void Start(ReadOnlySpan<byte> name)
    {
        output.Write("event: "u8);
        output.Write(name);
        output.Write("\n"u8);
        Start();
    }

    public void End()
    {
        Json.Flush();
        Json.Reset();
        output.Write("\n\n"u8);
    }

    /// <summary>Writes an error as an event.</summary>
    public void WriteError(OpenAiError error)
    {
        Start();
        OpenAiErrorWriter.Write(Json, error);
        End();
    }

    /// <summary>Writes the event after a complete stream.</summary>
    public void WriteDone() => output.Write("data: [DONE]\n\n"u8);

    public void Dispose() => Json.Dispose();
}
