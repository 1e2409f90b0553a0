using System.Buffers;
using System.Runtime.InteropServices;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.OpenAi.Completions;

/// <summary>
/// Writes a streamed completion: for each choice a chunk for each token, and one with the reason of the
/// end, which also tells the token that ended it.
/// </summary>
internal sealed class CompletionChunkWriter(
    IBufferWriter<byte> output, CompletionWriter writer, TextChoices choices, bool echo, bool includeUsage) : IChunkWriter
{
    private readonly EventWriter _events = new(output);
    private readonly int[] _echoed = new int[choices.Count];
    private readonly bool[] _begun = new bool[choices.Count];
    private readonly List<TextEvent>[] _tokens = [.. Enumerable.Range(0, choices.Count).Select(_ => new List<TextEvent>())];

    public void WritePart(int index, in TextEvent part)
    {
        if (echo && !_begun[index])
        {
            _begun[index] = true;
            var prompt = writer.Echo(index);
            _echoed[index] = prompt.Length;
            _events.Start();
            writer.WriteEcho(_events.Json, index, prompt);
            _events.End();
        }

        if (!part.IsEnd)
        {
            _tokens[index].Add(part);
        }

        if (part is { EndsText: true, Text.Length: 0 })
        {
            return;
        }

        _events.Start();
        writer.WritePart(_events.Json, index, part, CollectionsMarshal.AsSpan(_tokens[index]),
            _echoed[index], _begun[index] ? [] : choices[index].Prompt.Span);
        _events.End();
        _begun[index] = true;
        _tokens[index].Clear();
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
