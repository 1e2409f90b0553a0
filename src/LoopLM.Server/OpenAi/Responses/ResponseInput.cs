using System.Text.Json;
using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Chat;
using LoopLM.Server.OpenAi.Requests;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>Reads <c>instructions</c> and <c>input</c> as a conversation.</summary>
internal static class ResponseInput
{
    private const string Name = "input";

    private static readonly string[] s_parts = ["input_text", "output_text", "text"];
    private static readonly string[] s_thoughts = ["reasoning_text", "text"];
    private static readonly string[] s_summaries = ["summary_text"];

    /// <summary>Reads the messages, at least one beside the instructions. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static IReadOnlyList<ChatMessage> Read(RequestFields fields)
    {
        var messages = new List<ChatMessage>();
        if (fields.Text("instructions") is { } instructions)
        {
            messages.Add(ChatMessage.Of("system", instructions));
        }

        switch (fields.Find(Name))
        {
            case null:
                fields.Report(RequestErrorKind.MissingField, Name, $"'{Name}' is missing; it must be a string or a list of items.");
                break;
            case { ValueKind: JsonValueKind.String } text:
                messages.Add(ChatMessage.Of("user", fields.ReadText(Name, text) ?? ""));
                break;
            case { ValueKind: JsonValueKind.Array } items:
                ReadItems(fields, items, messages);
                break;
            default:
                fields.Report(RequestErrorKind.InvalidType, Name, $"'{Name}' is neither a string nor a list; it must be one of them.");
                break;
        }

        return messages;
    }

    private static void ReadItems(RequestFields fields, JsonElement items, List<ChatMessage> messages)
    {
        var turn = new AssistantTurn(messages);
        var index = 0;
        foreach (var item in items.EnumerateArray().TakeWhile(_ => fields.Error is null))
        {
            fields.Nested($"{Name}[{index++}]", item, each => ReadItem(each, turn, messages));
        }

        turn.End();
        if (index == 0)
        {
            fields.Report(RequestErrorKind.InvalidValue, Name, $"'{Name}' is an empty list; it must have at least one item.");
        }
    }

    /// <summary>An item without a type is a message.</summary>
    private static object? ReadItem(RequestFields fields, AssistantTurn turn, List<ChatMessage> messages)
    {
        switch (fields.Text("type"))
        {
            case null or "message":
                ReadMessage(fields, turn, messages);
                break;
            case "reasoning":
                turn.Think(ContentText.Read(fields, "content", s_thoughts, isOptional: true) ?? ContentText.Read(fields, "summary", s_summaries, isOptional: true) ?? "");
                break;
            case "function_call":
                turn.Call(ToolCalls.Read(fields, ReadCallId(fields)));
                break;
            case "function_call_output":
                turn.End();
                messages.Add(ChatMessage.Of("tool", ContentText.Read(fields, "output", s_parts) ?? "", callId: ReadCallId(fields)));
                break;
            default:
                fields.Report(
                    RequestErrorKind.UnsupportedValue, "type", "'type' must be message, reasoning, function_call or function_call_output; nothing else is read, and nothing is stored.");
                break;
        }

        return null;
    }

    private static void ReadMessage(RequestFields fields, AssistantTurn turn, List<ChatMessage> messages)
    {
        const string right = "it must be user, assistant, system or developer";
        var role = fields.Text("role");
        var content = ContentText.Read(fields, "content", s_parts) ?? "";
        switch (role)
        {
            case "assistant":
                turn.Say(content);
                break;
            case "user" or "system" or "developer":
                // Developer is OpenAI's newer name of system, which models know.
                turn.End();
                messages.Add(ChatMessage.Of(role == "user" ? role : "system", content));
                break;
            case null:
                fields.Report(RequestErrorKind.MissingField, "role", $"'role' is missing; {right}.");
                break;
            default:
                fields.Report(RequestErrorKind.InvalidValue, "role", $"'role' is another string; {right}.");
                break;
        }
    }

    private static string ReadCallId(RequestFields fields)
    {
        var id = fields.Text("call_id");
        if (id is null)
        {
            fields.Report(RequestErrorKind.MissingField, "call_id", "'call_id' is missing; it must be a string, the same in a call and in its output.");
        }

        return id ?? "";
    }
}
