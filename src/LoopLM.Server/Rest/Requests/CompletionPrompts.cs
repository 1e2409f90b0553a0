using System.Text.Json;
using LoopLM.Server.Errors;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Rest.Requests;

/// <summary>The four forms of <c>prompt</c>: a string, a list of strings, a list of token ids, a list of such lists.</summary>
internal static class CompletionPrompts
{
    private const string Name = "prompt";

    /// <summary>Reads the prompts, at least one. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static IReadOnlyList<TextPrompt> Read(RequestFields fields)
    {
        switch (fields.Find(Name))
        {
            case null:
                fields.Report(
                    RequestErrorKind.MissingField, Name,
                    $"'{Name}' is missing; it must be a string, a list of strings, a list of token ids, or a list of such lists.");
                return [];
            case { ValueKind: JsonValueKind.String } text:
                return [OfText(fields.ReadText(Name, text))];
            case { ValueKind: JsonValueKind.Array } list:
                return ReadList(fields, list);
            default:
                fields.Report(
                    RequestErrorKind.InvalidType, Name,
                    $"'{Name}' must be a string, a list of strings, a list of token ids, or a list of such lists.");
                return [];
        }
    }

    private static IReadOnlyList<TextPrompt> ReadList(RequestFields fields, JsonElement list)
    {
        switch (list.EnumerateArray().FirstOrDefault().ValueKind)
        {
            case JsonValueKind.Undefined:
                fields.Report(RequestErrorKind.InvalidValue, Name, $"'{Name}' is an empty list; it must have at least one entry.");
                return [];
            case JsonValueKind.String:
                return [.. (fields.ReadTexts(Name, list) ?? []).Select(OfText)];
            case JsonValueKind.Array:
                return [.. list.EnumerateArray().Select(each => OfTokens(fields.ReadIntegers(Name, each)))
                    .TakeWhile(_ => fields.Error is null)];
            default:
                return [OfTokens(fields.ReadIntegers(Name, list))];
        }
    }

    private static TextPrompt OfText(string? text) => new(text ?? "", default);

    private static TextPrompt OfTokens(int[]? tokens) => new(null, tokens);
}
