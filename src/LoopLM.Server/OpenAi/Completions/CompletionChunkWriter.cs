using System.Buffers;
using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Answers;
using LoopLM.Server.OpenAi.Errors;

namespace LoopLM.Server.OpenAi.Completions;

/// <summary>Writes a streamed completion.</summary>
internal sealed class CompletionChunkWriter(IBufferWriter<byte> output, CompletionWriter writer, TextChoices choices, bool echo, bool includeUsage) : IChunkWriter
{
    private readonly EventWriter _events = new(output);
    private readonly int[] _echoed = new int[choices.Count];
    private readonly bool[] _begun = new bool[choices.Count];

    public void WritePart(int index, in TextEvent part)
    {
        var first = !_begun[index];
        _begun[index] = true;
        if (first && echo)
        {
            var prompt = writer.Echo(choices[index]);
            _echoed[index] = prompt.Length;
            _events.Start();
            writer.WriteEcho(_events.Json, index, choices[index], prompt);
            _events.End();
        }

        _events.Start();
        writer.WritePart(_events.Json, index, part, _echoed[index], first && !echo ? choices[index].Prompt.Span : []);
        _events.End();
    }

    public void WriteEnd()
    {
        if (includeUsage)
        {
            _events.Start();
            writer.WriteUsage(_events.Json, choices);
            _events.End();
        }

        _events.WriteDone();
    }

    public void WriteError(OpenAiError error) => _events.WriteError(error);

    public void Dispose() => _events.Dispose();
}
