using System.Text.Json;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.Conversations;

/// <summary>Reads contents, which are a string or a list of parts, as one text.</summary>
internal static class ContentText
{
    private const string Refusal = "refusal";

    /// <summary>Reads a field; null where it is absent. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    /// <param name="fields">Among which it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="types">The types of parts that hold text, the usual one first; refusals may be beside them.</param>
    /// <param name="isOptional">Whether it may be absent.</param>
    public static string? Read(RequestFields fields, string name, string[] types, bool isOptional = false)
    {
        switch (fields.Find(name))
        {
            case null:
                if (!isOptional)
                {
                    fields.Report(RequestErrorKind.MissingField, name,
                        $"'{name}' is {fields.Absence(name)}; it must be a string or a list of parts of the type {types[0]}.");
                }

                return null;
            case { ValueKind: JsonValueKind.Array } parts:
                return ReadParts(fields, name, parts, types);
            case var text:
                return fields.ReadText(name, text.Value);
        }
    }

    /// <summary>Parts are on lines of their own, as in vLLM.</summary>
    private static string ReadParts(RequestFields fields, string name, JsonElement parts, string[] types)
    {
        var texts = new List<string>();
        foreach (var part in parts.EnumerateArray())
        {
            if (fields.Error is not null)
            {
                break;
            }

            texts.Add(fields.Nested($"{name}[{texts.Count}]", part, each => ReadPart(each, types)) ?? "");
        }

        return string.Join('\n', texts);
    }

    private static string ReadPart(RequestFields fields, string[] types)
    {
        var type = fields.Text("type");
        if (type is null)
        {
            fields.Report(RequestErrorKind.MissingField, "type", $"'type' is missing; it must be {types[0]}.");
            return "";
        }

        if (type != Refusal && !types.Contains(type))
        {
            fields.Report(RequestErrorKind.UnsupportedValue, "type",
                $"'type' is {ClientWord.Quote(type)}; it must be {types[0]}: the model reads text only, and nothing is fetched.");
            return "";
        }

        var member = type == Refusal ? Refusal : "text";
        if (fields.Text(member) is { } text)
        {
            return text;
        }

        fields.Report(RequestErrorKind.MissingField, member, $"'{member}' is {fields.Absence(member)}; it must be a string.");
        return "";
    }
}
