using System.Text.Json;
using LoopLM.Server.Conversations;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>Reads <c>instructions</c> and <c>input</c> as a conversation.</summary>
internal static class ResponseInput
{
    private const string Name = "input";

    private static readonly string[] s_parts = ["input_text", "output_text", "text"];
    private static readonly string[] s_reasoningParts = ["reasoning_text", "text"];
    private static readonly string[] s_summaries = ["summary_text"];

    /// <summary>
    /// Reads the messages, at least one beside the instructions. The first problem is left in <see cref="RequestFields.Error"/>.
    /// </summary>
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
                fields.Report(RequestErrorKind.InvalidType, Name,
                    $"'{Name}' is {RequestFields.Describe(fields.Find(Name)!.Value)}; it must be a string or a list of items.");
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
                turn.Think(ReadReasoning(fields));
                break;
            case "function_call":
                turn.Call(ToolCalls.Read(fields, ReadCallId(fields)));
                break;
            case "function_call_output" or "custom_tool_call_output":
                turn.End();
                messages.Add(ChatMessage.Of("tool", ContentText.Read(fields, "output", s_parts) ?? "", callId: ReadCallId(fields)));
                break;
            case var type:
                ReplayedItems.Read(fields, type, turn, messages);
                break;
        }

        return null;
    }

    /// <summary>Reasoning in full, else its summary. What is encrypted only OpenAI can read, and it adds nothing.</summary>
    private static string ReadReasoning(RequestFields fields) =>
        ContentText.Read(fields, "content", s_reasoningParts, isOptional: true) is { Length: > 0 } reasoning
            ? reasoning
            : ContentText.Read(fields, "summary", s_summaries, isOptional: true) ?? "";

    private static void ReadMessage(RequestFields fields, AssistantTurn turn, List<ChatMessage> messages)
    {
        const string right = "it must be user, assistant, system or developer";
        var role = fields.Text("role");
        var content = ContentText.Read(fields, "content", s_parts, isOptional: role == "assistant") ?? "";
        if (fields.Find("tool_calls") is not null)
        {
            fields.Report(RequestErrorKind.Unsupported, "tool_calls",
                "'tool_calls' belongs to chats; here each call is an item of the type function_call.");
        }

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
            case "tool" or "function":
                fields.Report(RequestErrorKind.InvalidValue, "role",
                    $"'role' is {ClientWord.Quote(role)}; here the result of a call is an item of the type function_call_output.");
                break;
            default:
                fields.Report(RequestErrorKind.InvalidValue, "role", $"'role' is {ClientWord.Quote(role)}; {right}.");
                break;
        }
    }

    private static string ReadCallId(RequestFields fields)
    {
        var id = fields.Text("call_id");
        if (id is null)
        {
            fields.Report(RequestErrorKind.MissingField, "call_id",
                $"'call_id' is {fields.Absence("call_id")}; it must be a string, the same in a call and in its output.");
        }

        return id ?? "";
    }
}
