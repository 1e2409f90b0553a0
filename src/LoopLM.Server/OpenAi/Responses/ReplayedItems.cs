using System.Text;
using System.Text.Json;
using LoopLM.Server.Conversations;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>
/// Reads items that no model makes here, but that a conversation with another server may hold: calls of its own tools become calls with
/// what the item says of them as arguments, and their outputs are text.
/// </summary>
internal static class ReplayedItems
{
    private const string CallSuffix = "_call";
    private const string OutputSuffix = "_call_output";

    /// <summary>Items that only say which tools there are, or whether one may run.</summary>
    private static readonly string[] s_skipped =
        ["mcp_list_tools", "mcp_approval_request", "mcp_approval_response", "tool_search_output", "additional_tools"];

    /// <summary>What is no argument of a call: how the item is named, how it went, and what came of it.</summary>
    private static readonly string[] s_noArguments =
        ["type", "id", "status", "call_id", "name", "output", "outputs", "result", "results", "error"];

    /// <summary>Reads an item. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    /// <param name="fields">The item.</param>
    /// <param name="type">Its type.</param>
    /// <param name="turn">Takes calls.</param>
    /// <param name="messages">Take outputs.</param>
    public static void Read(RequestFields fields, string type, AssistantTurn turn, List<ChatMessage> messages)
    {
        switch (type)
        {
            case "item_reference":
                fields.Report(
                    RequestErrorKind.UnsupportedValue,
                    "type",
                    "'type' is 'item_reference', but nothing is stored here that it could refer to. Send the whole items instead: "
                        + "set 'store' to false in the client (AI SDK: providerOptions.openai.store = false).");
                break;
            case "compaction" or "compaction_summary" or "context_compaction":
                fields.Report(RequestErrorKind.UnsupportedValue, "type",
                    $"'type' is '{type}', whose content is encrypted; send the items that it stands for, or a message that sums them up.");
                break;
            case "computer_call_output":
                fields.Report(RequestErrorKind.UnsupportedValue, "type",
                    "'type' is 'computer_call_output', which is an image; the model reads text only.");
                break;
            case "custom_tool_call":
                turn.Call(new(Id(fields), fields.Text("name") ?? "custom", fields.Text("input") ?? ""));
                break;
            case var _ when s_skipped.Contains(type):
                break;
            case var _ when type.EndsWith(OutputSuffix, StringComparison.Ordinal):
                turn.End();
                messages.Add(ChatMessage.Of("tool", Text(fields, "output") ?? "", callId: Id(fields)));
                break;
            case var _ when type.EndsWith(CallSuffix, StringComparison.Ordinal):
                ReadCall(fields, type, turn, messages);
                break;
            default:
                fields.Report(
                    RequestErrorKind.UnsupportedValue,
                    "type",
                    $"'type' is {ClientWord.Quote(type)}; it must be message, reasoning, function_call or function_call_output. "
                        + $"Leave other items out.");
                break;
        }
    }

    private static void ReadCall(RequestFields fields, string type, AssistantTurn turn, List<ChatMessage> messages)
    {
        var name = fields.Text("name") ?? type[..^CallSuffix.Length];
        var arguments = fields.Find("arguments") is { ValueKind: JsonValueKind.String } ? fields.Text("arguments")! : WriteRest(fields);
        turn.Call(new(Id(fields), name, arguments));
        if ((Text(fields, "output") ?? Text(fields, "outputs") ?? Text(fields, "results") ?? Text(fields, "error")) is { } output)
        {
            turn.End();
            messages.Add(ChatMessage.Of("tool", output, callId: Id(fields)));
        }
    }

    private static string WriteRest(RequestFields fields)
    {
        var members = new List<string>();
        foreach (var name in fields.Unknown.Except(s_noArguments).ToList())
        {
            if (fields.Find(name) is { } value)
            {
                members.Add($"\"{JsonEncodedText.Encode(name)}\": {Encoding.UTF8.GetString(fields.Echo(name, value))}");
            }
        }

        return $"{{{string.Join(", ", members)}}}";
    }

    /// <summary>By which a call and its output name each other.</summary>
    private static string Id(RequestFields fields) => fields.Text("call_id") ?? fields.Text("id") ?? "";

    /// <summary>A text, or the JSON of what is none; null where it is absent.</summary>
    private static string? Text(RequestFields fields, string name) => fields.Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => fields.ReadText(name, text),
        var value => Encoding.UTF8.GetString(fields.Echo(name, value.Value)),
    };
}
