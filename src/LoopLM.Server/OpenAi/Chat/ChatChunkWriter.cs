using System.Buffers;
using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Answers;
using LoopLM.Server.OpenAi.Errors;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>Writes a streamed chat completion: for each choice a chunk with the role, one for each token, and one with the reason of the end.</summary>
internal sealed class ChatChunkWriter(
    IBufferWriter<byte> output, ChatWriter writer, TextChoices choices, IReadOnlyList<ChatReply> replies, bool includeUsage) : IChunkWriter
{
    private readonly EventWriter _events = new(output);
    private readonly bool[] _begun = new bool[choices.Count];

    public void WritePart(int index, in TextEvent part)
    {
        if (!_begun[index])
        {
            _begun[index] = true;
            _events.Start();
            writer.WriteRole(_events.Json, index, choices[index].Prompt.Span);
            _events.End();
        }

        var calls = replies[index].Calls;
        var parts = replies[index].Read(part);
        if (!part.IsEnd || parts.Count > 0)
        {
            _events.Start();
            writer.WriteParts(_events.Json, index, parts, part.IsEnd ? [] : new(in part), calls);
            _events.End();
        }

        if (part.IsEnd)
        {
            _events.Start();
            writer.WriteEnd(_events.Json, index, part, replies[index].CallsTools);
            _events.End();
        }
    }

    public void WriteEnd()
    {
        if (includeUsage)
        {
            _events.Start();
            writer.WriteUsage(_events.Json, choices, replies.Sum(reply => reply.ReasoningTokens));
            _events.End();
        }

        _events.WriteDone();
    }

    public void WriteError(OpenAiError error) => _events.WriteError(error);

    public void Dispose() => _events.Dispose();
}
