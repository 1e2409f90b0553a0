using System.Buffers;
using System.Runtime.InteropServices;
using LoopLM.Server.Conversations;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>
/// Writes a streamed chat completion: for each choice a chunk with the role, one for whatever tokens decide, and one with the reason of the
/// end. Tokens that decide nothing are reported in the chunk of those that do, so that no chunk is empty.
/// </summary>
internal sealed class ChatChunkWriter(
    IBufferWriter<byte> output, ChatWriter writer, TextChoices choices, IReadOnlyList<ChatReply> replies, bool includeUsage) : IChunkWriter
{
    private readonly EventWriter _events = new(output);
    private readonly bool[] _begun = new bool[choices.Count];
    private readonly List<TextEvent>[] _tokens = [.. replies.Select(_ => new List<TextEvent>())];

    public void WritePart(int index, in TextEvent part)
    {
        if (!_begun[index])
        {
            _begun[index] = true;
            _events.Start();
            writer.WriteRole(_events.Json, index);
            _events.End();
        }

        var calls = replies[index].Calls;
        var parts = replies[index].Read(part);
        if (!part.IsEnd)
        {
            _tokens[index].Add(part);
        }

        if (parts.Count > 0)
        {
            _events.Start();
            writer.WriteParts(_events.Json, index, parts, CollectionsMarshal.AsSpan(_tokens[index]), calls);
            _events.End();
            _tokens[index].Clear();
        }

        if (part.IsEnd)
        {
            _events.Start();
            writer.WriteEnd(_events.Json, index, part, CollectionsMarshal.AsSpan(_tokens[index]));
            _events.End();
        }
    }

    public void WriteEnd()
    {
        if (includeUsage)
        {
            _events.Start();
            writer.WriteUsage(_events.Json);
            _events.End();
        }

        _events.WriteDone();
    }

    public void WriteError(OpenAiError error) => _events.WriteError(error);

    public void Dispose() => _events.Dispose();
}
