using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.Conversations;

/// <summary>Reads <c>messages</c> into what chat templates expect: contents are one text each.</summary>
internal static class ChatMessages
{
    private const string Name = "messages";
    private const string TextOnly = "the model reads text only; leave it out";
    private const string Empty = "[[],{},\"\"]";

    private static readonly string[] s_parts = ["text"];

    private static readonly FieldRule[] s_unsupported =
    [
        new("images", TextOnly, Empty), new("image", TextOnly, Empty), new("videos", TextOnly, Empty),
        new("audios", TextOnly, Empty), new("audio", TextOnly, Empty),
    ];

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
        UnreadFields.Refuse(fields, s_unsupported);
        var calls = role == "assistant" ? ReadCalls(fields) : null;

        // Tools may give nothing, and so may a model.
        return ChatMessage.Of(
            role,
            ContentText.Read(fields, "content", s_parts, isOptional: role is "assistant" or "tool") ?? "",
            fields.Text("name"),
            role == "assistant" ? fields.Text("reasoning_content") ?? fields.Text("reasoning") : null,
            calls,
            role == "tool" ? fields.Text("tool_call_id") : null);
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
                fields.Report(
                    RequestErrorKind.MissingField, "role", "'role' is missing; it must be system, developer, user, assistant or tool.");
                return "";
            case "function":
                // OpenAI's older name.
                return "tool";
            case var other:
                fields.Report(RequestErrorKind.InvalidValue, "role",
                    $"'role' is {ClientWord.Quote(other)}; it must be system, developer, user, assistant or tool.");
                return "";
        }
    }

    private static ToolCall[]? ReadCalls(RequestFields fields)
    {
        const string name = "tool_calls";
        if (fields.Items(name) is { Count: > 0 } items)
        {
            return [.. items.Select((item, i) => fields.Nested($"{name}[{i}]", item, ReadCall))
                .TakeWhile(_ => fields.Error is null).OfType<ToolCall>()];
        }

        // The older form, of one call without an id.
        return fields.Object("function_call") is { } older
            && fields.Nested("function_call", older, each => ToolCalls.Read(each, "")) is { } call ? [call] : null;
    }

    private static ToolCall? ReadCall(RequestFields fields)
    {
        var type = fields.Text("type");
        if (type is not (null or "function"))
        {
            fields.Report(RequestErrorKind.UnsupportedValue, "type", $"'type' is {ClientWord.Quote(type)}; it must be function.");
        }

        var id = fields.Text("id") ?? "";
        if (fields.Object("function") is { } function)
        {
            return fields.Nested("function", function, each => ToolCalls.Read(each, id));
        }

        fields.Report(RequestErrorKind.MissingField, "function", "'function' is missing; it must be an object with name and arguments.");
        return null;
    }
}
