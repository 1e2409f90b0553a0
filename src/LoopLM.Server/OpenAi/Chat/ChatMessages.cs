using System.Text.Json;
using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Requests;
using LoopLM.Text.Jinja;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>Reads <c>messages</c> into what chat templates expect: contents are one text each, and the arguments of tool calls are data, not JSON in a string.</summary>
internal static class ChatMessages
{
    private const string Name = "messages";

    /// <summary>Reads the messages, at least one. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static IReadOnlyList<ChatMessage> Read(RequestFields fields)
    {
        var items = fields.Items(Name);
        if (fields.Find(Name) is null)
        {
            fields.Report(RequestErrorKind.MissingField, Name, $"'{Name}' is missing; it must be a list of messages.");
        }
        else if (items is [])
        {
            fields.Report(RequestErrorKind.InvalidValue, Name, $"'{Name}' is an empty list; it must have at least one message.");
        }

        var messages = new List<ChatMessage>();
        for (var i = 0; i < items?.Count && fields.Error is null; i++)
        {
            if (fields.Nested($"{Name}[{i}]", items[i], ReadMessage) is { } message)
            {
                messages.Add(message);
            }
        }

        return messages;
    }

    private static ChatMessage ReadMessage(RequestFields fields)
    {
        var role = ReadRole(fields);
        var calls = role == "assistant" ? ReadCalls(fields) : null;
        var content = ReadContent(fields, isOptional: calls is not null || (role == "assistant" && fields.Text("refusal") is not null));
        var members = new List<KeyValuePair<string, JinjaValue>> { new("role", JinjaValue.Of(role)), new("content", JinjaValue.Of(content ?? "")) };
        Add(members, "name", fields.Text("name"));
        if (role == "assistant")
        {
            Add(members, "reasoning_content", fields.Text("reasoning_content") ?? fields.Text("reasoning"));
            Add(members, "tool_calls", calls);
        }
        else if (role == "tool")
        {
            Add(members, "tool_call_id", fields.Text("tool_call_id"));
        }

        return new ChatMessage(role, content ?? "", JinjaValue.Of(members));
    }

    private static void Add(List<KeyValuePair<string, JinjaValue>> members, string name, string? value) =>
        Add(members, name, value is null ? null : JinjaValue.Of(value));

    private static void Add(List<KeyValuePair<string, JinjaValue>> members, string name, JinjaValue? value)
    {
        if (value is not null)
        {
            members.Add(new(name, value));
        }
    }

    private static string ReadRole(RequestFields fields)
    {
        switch (fields.Text("role"))
        {
            case ("system" or "user" or "assistant" or "tool") and var role:
                return role;
            case "developer":
                // OpenAI's newer name; models know the older one.
                return "system";
            case null:
                fields.Report(RequestErrorKind.MissingField, "role", "'role' is missing; it must be system, developer, user, assistant or tool.");
                return "";
            case "function":
                fields.Report(RequestErrorKind.UnsupportedValue, "role", "'role' is function, which is deprecated; use the role tool.");
                return "";
            default:
                fields.Report(RequestErrorKind.InvalidValue, "role", "'role' must be system, developer, user, assistant or tool.");
                return "";
        }
    }

    private static string? ReadContent(RequestFields fields, bool isOptional)
    {
        const string name = "content";
        switch (fields.Find(name))
        {
            case null:
                if (!isOptional)
                {
                    fields.Report(RequestErrorKind.MissingField, name, $"'{name}' is missing; it must be a string or a list of text parts.");
                }

                return null;
            case { ValueKind: JsonValueKind.Array } parts:
                return ReadParts(fields, name, parts);
            case var text:
                return fields.ReadText(name, text.Value);
        }
    }

    /// <summary>Parts stand on lines of their own, as in vLLM.</summary>
    private static string ReadParts(RequestFields fields, string name, JsonElement parts)
    {
        var texts = new List<string>();
        foreach (var part in parts.EnumerateArray())
        {
            if (fields.Error is not null)
            {
                break;
            }

            texts.Add(fields.Nested($"{name}[{texts.Count}]", part, ReadPart) ?? "");
        }

        return string.Join('\n', texts);
    }

    private static string ReadPart(RequestFields fields)
    {
        switch (fields.Text("type"))
        {
            case ("text" or "refusal") and var type when fields.Text(type) is { } text:
                return text;
            case ("text" or "refusal") and var type:
                fields.Report(RequestErrorKind.MissingField, type, $"'{type}' is missing; it must be a string.");
                return "";
            case null:
                fields.Report(RequestErrorKind.MissingField, "type", "'type' is missing; it must be text.");
                return "";
            default:
                fields.Report(RequestErrorKind.UnsupportedValue, "type", "'type' must be text: the model reads nothing else, and nothing is fetched.");
                return "";
        }
    }

    private static JinjaValue? ReadCalls(RequestFields fields)
    {
        const string name = "tool_calls";
        if (fields.Items(name) is not { Count: > 0 } items)
        {
            return null;
        }

        return JinjaValue.Of([.. items.Select((item, i) => fields.Nested($"{name}[{i}]", item, ReadCall) ?? JinjaValue.None).TakeWhile(_ => fields.Error is null)]);
    }

    private static JinjaValue ReadCall(RequestFields fields)
    {
        var type = fields.Text("type");
        if (type is not (null or "function"))
        {
            fields.Report(RequestErrorKind.UnsupportedValue, "type", "'type' must be function.");
        }

        var function = fields.Object("function") is { } value ? fields.Nested("function", value, ReadFunction) : null;
        if (function is null)
        {
            fields.Report(RequestErrorKind.MissingField, "function", "'function' is missing; it must be an object with name and arguments.");
        }

        return JinjaValue.Of(
        [
            KeyValuePair.Create("id", JinjaValue.Of(fields.Text("id") ?? "")),
            KeyValuePair.Create("type", JinjaValue.Of("function")),
            KeyValuePair.Create("function", function ?? JinjaValue.None),
        ]);
    }

    private static JinjaValue ReadFunction(RequestFields fields)
    {
        if (fields.Text("name") is not { } name)
        {
            fields.Report(RequestErrorKind.MissingField, "name", "'name' is missing; it must be a string.");
            return JinjaValue.None;
        }

        return JinjaValue.Of([KeyValuePair.Create("name", JinjaValue.Of(name)), KeyValuePair.Create("arguments", ReadArguments(fields))]);
    }

    private static JinjaValue ReadArguments(RequestFields fields)
    {
        const string name = "arguments";
        var text = fields.Text(name);
        if (string.IsNullOrEmpty(text))
        {
            return JinjaValue.Of(Enumerable.Empty<KeyValuePair<string, JinjaValue>>());
        }

        if (ToolArguments.Read(text) is { } arguments)
        {
            return arguments;
        }

        fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' must be the text of a JSON object.");
        return JinjaValue.None;
    }
}
