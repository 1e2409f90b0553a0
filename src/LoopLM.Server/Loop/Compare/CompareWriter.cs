using System.Text.Json;
using LoopLM.Engine.Exits;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Loop.Compare;

/// <summary>Writes comparisons: the one place that knows their form on the wire.</summary>
/// <param name="request">What was requested.</param>
/// <param name="choices">The generations of each depth.</param>
/// <param name="answers">What came of them.</param>
internal sealed class CompareWriter(CompareRequest request, IReadOnlyList<TextChoices> choices, IReadOnlyList<ComparedAnswer> answers)
{
    /// <summary>Writes the comparison.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="created">Unix time in seconds.</param>
    public void Write(Utf8JsonWriter json, long created)
    {
        var model = choices[0].Model;
        var texts = new TokenText(model.Tokenizer);
        json.WriteStartObject();
        json.WriteString("id"u8, $"cmpr-{Guid.NewGuid():N}");
        json.WriteString("object"u8, "loop.comparison"u8);
        json.WriteNumber("created"u8, created);
        json.WriteString("model"u8, model.Name);
        json.WriteNumber("seed"u8, request.Seed);
        json.WriteStartArray("answers"u8);
        for (var i = 0; i < answers.Count; i++)
        {
            WriteAnswer(json, i, texts);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSettings(Utf8JsonWriter json, ExitSettings exit)
    {
        json.WriteStartObject("settings"u8);
        WriteKnown("exit_policy", exit.Policy, json.WriteString);
        WriteKnown("exit_threshold", exit.Threshold, (name, value) => json.WriteNumber(name, value!.Value));
        WriteKnown("min_loops", exit.MinLoops, (name, value) => json.WriteNumber(name, value!.Value));
        WriteKnown("max_loops", exit.MaxLoops, (name, value) => json.WriteNumber(name, value!.Value));
        json.WriteEndObject();
    }

    private static void WriteKnown<T>(string name, T value, Action<string, T> write)
    {
        if (value is not null)
        {
            write(name, value);
        }
    }

    private void WriteAnswer(Utf8JsonWriter json, int index, TokenText texts)
    {
        var (answer, text) = (answers[index], request.Texts[index]);
        TextEvent[] tokens = [.. answer.Text.Tokens];
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        WriteSettings(json, text.Exit);
        json.WriteString("text"u8, answer.Text.Text);
        json.WriteStartArray("tokens"u8);
        foreach (var token in tokens)
        {
            json.WriteStringValue(texts.Of(token.Token));
        }

        json.WriteEndArray();
        json.WriteTokens("token_ids"u8, [.. tokens.Select(token => token.Token)]);
        json.WriteLoops(tokens, text, texts);
        json.WriteFinish(answer.Text.End);
        WriteDivergence(json, answer.DivergenceFrom(answers[0]));
        json.WriteNumber("seconds"u8, Math.Round(answer.Duration.TotalSeconds, 6));
        json.WriteUsage(choices[index]);
        json.WriteEndObject();
    }

    private static void WriteDivergence(Utf8JsonWriter json, (int Token, int Character)? divergence)
    {
        if (divergence is not { } where)
        {
            json.WriteNull("divergence"u8);
            return;
        }

        json.WriteStartObject("divergence"u8);
        json.WriteNumber("token"u8, where.Token);
        json.WriteNumber("character"u8, where.Character);
        json.WriteEndObject();
    }
}
