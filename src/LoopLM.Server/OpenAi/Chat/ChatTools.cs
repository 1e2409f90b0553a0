using System.Text.Json;
using System.Text.RegularExpressions;
using LoopLM.Server.Generations;
using LoopLM.Text.Jinja;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>The tools that a chat may call.</summary>
/// <param name="Value">Them, as templates see them; null where the model is told of none.</param>
/// <param name="OneCall">Whether only the first call counts.</param>
internal sealed partial record ChatTools(JinjaValue? Value, bool OneCall)
{
    private const string Name = "tools";
    private const string ChoiceName = "tool_choice";

    /// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static ChatTools Read(RequestFields fields)
    {
        var tools = fields.Items(Name) ?? [];
        for (var i = 0; i < tools.Count && fields.Error is null; i++)
        {
            fields.Nested($"{Name}[{i}]", tools[i], CheckTool);
        }

        var mayCall = ReadChoice(fields, tools.Count > 0);
        var parallel = fields.Flag("parallel_tool_calls") ?? true;
        return new(mayCall && tools.Count > 0 && fields.Error is null ? ReadValue(fields, tools) : null, OneCall: !parallel);
    }

    private static JinjaValue? ReadValue(RequestFields fields, IReadOnlyList<JsonElement> tools)
    {
        try
        {
            return JinjaValue.Of([.. tools.Select(JinjaValue.Of)]);
        }
        catch (InvalidOperationException)
        {
            fields.Report(RequestErrorKind.InvalidValue, Name, $"'{Name}' contains an escaped lone surrogate; it must be well-formed Unicode.");
            return null;
        }
    }

    private static string CheckTool(RequestFields fields)
    {
        if (fields.Text("type") is not "function")
        {
            fields.Report(RequestErrorKind.UnsupportedValue, "type", "'type' must be function.");
        }

        if (fields.Object("function") is not { } function)
        {
            fields.Report(RequestErrorKind.MissingField, "function", "'function' is missing; it must be an object with a name.");
            return "";
        }

        return fields.Nested("function", function, CheckFunction) ?? "";
    }

    private static string CheckFunction(RequestFields fields)
    {
        var name = fields.Text("name");
        if (name is null)
        {
            fields.Report(RequestErrorKind.MissingField, "name", "'name' is missing; it must be a string.");
        }
        else if (!FunctionName().IsMatch(name))
        {
            fields.Report(RequestErrorKind.InvalidValue, "name", "'name' must have 1 to 64 letters, digits, underscores or dashes.");
        }

        fields.Text("description");
        fields.Object("parameters");
        fields.Flag("strict");
        return name ?? "";
    }

    /// <summary>Whether the model may call a tool.</summary>
    private static bool ReadChoice(RequestFields fields, bool hasTools)
    {
        switch (fields.Find(ChoiceName))
        {
            case null:
                return true;
            case { ValueKind: JsonValueKind.String } text:
                return ReadChoice(fields, fields.ReadText(ChoiceName, text), hasTools);
            case { ValueKind: JsonValueKind.Object }:
                fields.Report(RequestErrorKind.UnsupportedValue, ChoiceName, $"'{ChoiceName}' names a function; a call cannot be enforced here. Use auto or none.");
                return false;
            default:
                fields.Report(RequestErrorKind.InvalidType, ChoiceName, $"'{ChoiceName}' must be auto or none.");
                return false;
        }
    }

    private static bool ReadChoice(RequestFields fields, string? choice, bool hasTools)
    {
        if (choice == "auto" && !hasTools)
        {
            fields.Report(RequestErrorKind.InvalidValue, ChoiceName, $"When using '{ChoiceName}', '{Name}' must be set.");
        }
        else if (choice == "required")
        {
            fields.Report(RequestErrorKind.UnsupportedValue, ChoiceName, $"'{ChoiceName}' is required; a call cannot be enforced here. Use auto or none.");
        }
        else if (choice is not ("auto" or "none"))
        {
            fields.Report(RequestErrorKind.InvalidValue, ChoiceName, $"'{ChoiceName}' must be auto or none.");
        }

        return choice == "auto";
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex FunctionName();
}
