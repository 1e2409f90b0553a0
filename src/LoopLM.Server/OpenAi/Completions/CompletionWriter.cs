using System.Buffers;
using System.Text.Json;
using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Errors;

namespace LoopLM.Server.OpenAi.Completions;

/// <summary>Writes one completion, whole or in chunks: the one place that knows its form on the wire.</summary>
/// <param name="output">Where the bytes go.</param>
/// <param name="id">The same in every chunk.</param>
/// <param name="model">Name of the model.</param>
/// <param name="created">Unix time in seconds.</param>
internal sealed class CompletionWriter(IBufferWriter<byte> output, string id, string model, long created) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(output, OpenAiJson.WriterOptions);

    public void Dispose() => _json.Dispose();

    /// <summary>Writes a whole completion.</summary>
    /// <param name="text">The completion.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="end">Its end.</param>
    /// <param name="usage">The generation that is over.</param>
    /// <param name="gates">Whether gate probabilities were asked for.</param>
    public void WriteWhole(string text, IReadOnlyList<TextEvent> tokens, in TextEvent end, TextGeneration usage, bool gates)
    {
        StartCompletion();
        WriteChoice(text, [.. tokens], end, gates);
        WriteUsage(usage);
        EndCompletion();
    }

    /// <summary>Writes one chunk of a stream.</summary>
    /// <param name="part">A token or the end.</param>
    /// <param name="gates">Whether gate probabilities were asked for.</param>
    /// <param name="usageFollows">Whether the last chunk will hold the usage; then the others say that they hold none.</param>
    public void WriteChunk(in TextEvent part, bool gates, bool usageFollows)
    {
        StartChunk();
        StartCompletion();
        WriteChoice(part.Text, part.IsEnd ? [] : [part], part, gates);
        if (usageFollows)
        {
            _json.WriteNull("usage"u8);
        }

        EndCompletion();
        EndChunk();
    }

    /// <summary>Writes the chunk that holds the usage and no choice.</summary>
    public void WriteUsageChunk(TextGeneration usage)
    {
        StartChunk();
        StartCompletion();
        _json.WriteStartArray("choices"u8);
        _json.WriteEndArray();
        WriteUsage(usage);
        EndCompletion();
        EndChunk();
    }

    /// <summary>Writes an error into a stream; what follows must break the connection off.</summary>
    public void WriteErrorChunk(OpenAiError error)
    {
        StartChunk();
        OpenAiErrorWriter.Write(_json, error);
        EndChunk();
    }

    /// <summary>Ends a stream that is complete.</summary>
    public void WriteDone() => output.Write("data: [DONE]\n\n"u8);

    private void StartChunk() => output.Write("data: "u8);

    private void EndChunk()
    {
        _json.Flush();
        _json.Reset();
        output.Write("\n\n"u8);
    }

    private void StartCompletion()
    {
        _json.WriteStartObject();
        _json.WriteString("id"u8, id);
        _json.WriteString("object"u8, "text_completion"u8);
        _json.WriteNumber("created"u8, created);
        _json.WriteString("model"u8, model);
    }

    private void EndCompletion()
    {
        _json.WriteEndObject();
        _json.Flush();
    }

    private void WriteChoice(string text, ReadOnlySpan<TextEvent> tokens, in TextEvent part, bool gates)
    {
        _json.WriteStartArray("choices"u8);
        _json.WriteStartObject();
        _json.WriteNumber("index"u8, 0);
        _json.WriteString("text"u8, text);
        _json.WriteNull("logprobs"u8);
        _json.WriteStartArray("exit_steps"u8);
        foreach (ref readonly var token in tokens)
        {
            _json.WriteNumberValue(token.ExitStep);
        }

        _json.WriteEndArray();
        if (gates)
        {
            WriteGates(tokens);
        }

        WriteFinishReason(part);
        _json.WriteEndObject();
        _json.WriteEndArray();
    }

    private void WriteGates(ReadOnlySpan<TextEvent> tokens)
    {
        _json.WriteStartArray("gate_probabilities"u8);
        foreach (ref readonly var token in tokens)
        {
            _json.WriteStartArray();
            for (var loop = 0; loop < token.Gates.Count; loop++)
            {
                _json.WriteNumberValue(token.Gates[loop]);
            }

            _json.WriteEndArray();
        }

        _json.WriteEndArray();
    }

    private void WriteFinishReason(in TextEvent part)
    {
        if (!part.IsEnd)
        {
            _json.WriteNull("finish_reason"u8);
            return;
        }

        _json.WriteString("finish_reason"u8, part.FinishReason == TextFinishReason.Stop ? "stop"u8 : "length"u8);
        _json.WriteString("stop_reason"u8, part.Stop);
    }

    private void WriteUsage(TextGeneration usage)
    {
        _json.WriteStartObject("usage"u8);
        _json.WriteNumber("prompt_tokens"u8, usage.PromptTokens);
        _json.WriteNumber("completion_tokens"u8, usage.CompletionTokens);
        _json.WriteNumber("total_tokens"u8, usage.PromptTokens + usage.CompletionTokens);
        _json.WriteNumber("loop_steps_total"u8, usage.LoopSteps);
        _json.WriteNumber("mean_exit_step"u8, Math.Round(usage.MeanExitStep, 4));
        _json.WriteEndObject();
    }
}
