using System.Text.Json;
using LoopLM.Server.Generations;

namespace LoopLM.Server.OpenAi.Requests;

/// <summary>Refuses fields that would change the answer and cannot be honoured.</summary>
internal static class UnsupportedFields
{
    /// <summary>Reports each field that is there with another value than the one that asks for nothing.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="unsupported">Names with the neutral value as JSON; null where no value is neutral.</param>
    public static void Refuse(RequestFields fields, ReadOnlySpan<(string Name, string? Neutral)> unsupported)
    {
        foreach (var (name, neutral) in unsupported)
        {
            if (fields.Find(name) is { } value && !IsNeutral(value, neutral))
            {
                fields.Report(RequestErrorKind.Unsupported, name, $"'{name}' is not supported here; leave it out{(neutral is null ? "" : $" or set it to {neutral}")}.");
            }
        }
    }

    private static bool IsNeutral(JsonElement value, string? neutral)
    {
        if (neutral is null)
        {
            return false;
        }

        using var document = JsonDocument.Parse(neutral);
        return JsonElement.DeepEquals(value, document.RootElement);
    }
}
