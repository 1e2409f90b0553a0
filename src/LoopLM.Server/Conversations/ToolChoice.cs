using System.Text.Json;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.Conversations;

/// <summary>What <c>tool_choice</c> says, in any of its shapes.</summary>
/// <param name="MayCall">Whether the model may call at all.</param>
/// <param name="MustCall">Whether it has to.</param>
/// <param name="Names">The functions that it may call; null for all.</param>
internal sealed record ToolChoice(bool MayCall, bool MustCall, IReadOnlyList<string>? Names)
{
    /// <summary>Name of the field.</summary>
    public const string Field = "tool_choice";

    private const string Function = "function";
    private const string AllowedTools = "allowed_tools";
    private const string Right = "it must be none, auto, required or the name of a function";

    private static readonly ToolChoice s_auto = new(true, false, null);

    /// <summary>Reads the field. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static ToolChoice Read(RequestFields fields)
    {
        switch (fields.Find(Field))
        {
            case null:
                return s_auto;
            case { ValueKind: JsonValueKind.String } text:
                var word = fields.ReadText(Field, text) ?? "";
                return OfWord(word) ?? OfName(word);
            case { ValueKind: JsonValueKind.Object } choice:
                return fields.Nested(Field, choice, ReadObject) ?? s_auto;
            case var other:
                fields.Report(RequestErrorKind.InvalidType, Field, $"'{Field}' is {RequestFields.Describe(other.Value)}; {Right}.");
                return s_auto;
        }
    }

    private static ToolChoice OfName(string name) => new(true, true, [name]);

    /// <summary>A word of the field; any is how some clients say required.</summary>
    private static ToolChoice? OfWord(string? word) => word switch
    {
        "auto" => s_auto,
        "none" => new(false, false, null),
        "required" or "any" => new(true, true, null),
        _ => null,
    };

    private static ToolChoice? ReadObject(RequestFields fields)
    {
        switch (fields.Text("type"))
        {
            case null or Function or "tool":
                return ReadName(fields) is { } name ? OfName(name) : null;
            case AllowedTools:
                return fields.Object(AllowedTools) is { } allowed ? fields.Nested(AllowedTools, allowed, ReadAllowed) : ReadAllowed(fields);
            case var type when OfWord(type) is { } word:
                return word;
            case var type:
                fields.Report(
                    RequestErrorKind.UnsupportedValue, "type",
                    $"'type' is {ClientWord.Quote(type)}, a tool that this server does not run; choose a function, "
                        + $"or auto, none or required.");
                return null;
        }
    }

    /// <summary>The name of a function, which chats put into <c>function</c> and responses beside <c>type</c>.</summary>
    private static string? ReadName(RequestFields fields)
    {
        var name = fields.Object(Function) is { } function
            ? fields.Nested(Function, function, inner => inner.Text("name"))
            : fields.Text("name");
        if (name is null)
        {
            fields.Report(RequestErrorKind.MissingField, "name", "'name' is missing; it must be the name of a function.");
        }

        return name;
    }

    private static ToolChoice? ReadAllowed(RequestFields fields)
    {
        var mode = fields.Text("mode") ?? "auto";
        if (OfWord(mode) is not { } choice)
        {
            fields.Report(RequestErrorKind.InvalidValue, "mode", $"'mode' is {ClientWord.Quote(mode)}; it must be auto or required.");
            return null;
        }

        if (fields.Items("tools") is not { Count: > 0 } tools)
        {
            fields.Report(RequestErrorKind.MissingField, "tools", "'tools' is missing; it must be a list of at least one tool.");
            return null;
        }

        // Tools of other types are not offered, so that they need not be allowed.
        var names = tools.Select((tool, i) =>
            fields.Nested($"tools[{i}]", tool, each => each.Text("type") is null or Function ? ReadName(each) : null));
        return choice with { Names = [.. names.OfType<string>()] };
    }
}
