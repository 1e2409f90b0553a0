using System.Text.Json;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.Conversations;

/// <summary>Reads calls of tools that a conversation holds.</summary>
internal static class ToolCalls
{
    /// <summary>Reads <c>name</c> and <c>arguments</c>. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    /// <param name="fields">Among which they are.</param>
    /// <param name="id">By which the call's result names it.</param>
    public static ToolCall Read(RequestFields fields, string id)
    {
        var name = fields.Text("name");
        if (name is null)
        {
            fields.Report(RequestErrorKind.MissingField, "name", "'name' is missing; it must be a string.");
        }

        return new(id, name ?? "", ReadArguments(fields));
    }

    /// <summary>Clients that keep arguments as data send them so.</summary>
    private static string ReadArguments(RequestFields fields)
    {
        const string name = "arguments";
        var text = fields.Find(name) is { ValueKind: JsonValueKind.Object } data ? data.GetRawText() : fields.Text(name);
        return string.IsNullOrWhiteSpace(text) ? "{}" : text;
    }
}
