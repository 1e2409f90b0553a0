using System.Text.Json;
using System.Text.RegularExpressions;
using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Requests;
using LoopLM.Text.Constraints;
using LoopLM.Text.Jinja;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>The tools that a chat may call.</summary>
/// <param name="Value">Them, as templates see them; null where the model is told of none.</param>
/// <param name="Forced">Those of which at least one has to be called; empty where none has to.</param>
/// <param name="OneCall">Whether only the first call counts.</param>
internal sealed partial record ChatTools(JinjaValue? Value, IReadOnlyList<FunctionSchema> Forced, bool OneCall)
{
    private const string Name = "tools";
    private const string ChoiceName = "tool_choice";

    /// <summary>All functions that may be called.</summary>
    public IReadOnlyList<FunctionSchema> Functions { get; init; } = [];

    /// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    /// <param name="fields">The body.</param>
    /// <param name="flat">Whether what describes a function stands beside its type, not within <c>function</c>.</param>
    public static ChatTools Read(RequestFields fields, bool flat = false)
    {
        var tools = fields.Items(Name) ?? [];
        var functions = new List<FunctionSchema>();
        for (var i = 0; i < tools.Count && fields.Error is null; i++)
        {
            functions.AddRange(fields.Nested($"{Name}[{i}]", tools[i], each => ReadTool(each, flat)) is { } function ? [function] : []);
        }

        var forced = ReadChoice(fields, functions, flat, out var mayCall);
        var parallel = fields.Flag("parallel_tool_calls") ?? true;
        return new(mayCall && tools.Count > 0 && fields.Error is null ? ReadValue(fields, tools, flat) : null, forced, OneCall: !parallel)
        {
            Functions = functions,
        };
    }

    private static JinjaValue? ReadValue(RequestFields fields, IReadOnlyList<JsonElement> tools, bool flat)
    {
        try
        {
            return JinjaValue.Of([.. tools.Select(tool => flat ? Nested(tool) : JinjaValue.Of(tool))]);
        }
        catch (InvalidOperationException)
        {
            fields.Report(RequestErrorKind.InvalidValue, Name, $"'{Name}' contains an escaped lone surrogate; it must be well-formed Unicode.");
            return null;
        }
    }

    /// <summary>Templates know one form of a tool.</summary>
    private static JinjaValue Nested(JsonElement tool) => JinjaValue.Of(
    [
        KeyValuePair.Create("type", JinjaValue.Of("function")),
        KeyValuePair.Create("function", JinjaValue.Of(tool.EnumerateObject().Where(member => member.Name != "type").Select(member => KeyValuePair.Create(member.Name, JinjaValue.Of(member.Value))))),
    ]);

    private static FunctionSchema? ReadTool(RequestFields fields, bool flat)
    {
        if (fields.Text("type") is not "function")
        {
            fields.Report(RequestErrorKind.UnsupportedValue, "type", "'type' must be function.");
        }

        if (flat)
        {
            return ReadFunction(fields);
        }

        if (fields.Object("function") is { } function)
        {
            return fields.Nested("function", function, ReadFunction);
        }

        fields.Report(RequestErrorKind.MissingField, "function", "'function' is missing; it must be an object with a name.");
        return null;
    }

    private static FunctionSchema? ReadFunction(RequestFields fields)
    {
        var name = fields.Text("name");
        fields.Text("description");
        fields.Flag("strict");
        var parameters = fields.Object("parameters");
        if (name is null)
        {
            fields.Report(RequestErrorKind.MissingField, "name", "'name' is missing; it must be a string.");
            return null;
        }

        if (!FunctionName().IsMatch(name))
        {
            fields.Report(RequestErrorKind.InvalidValue, "name", "'name' must have 1 to 64 letters, digits, underscores or dashes.");
        }

        return new FunctionSchema(name, parameters);
    }

    /// <summary>The functions of which one has to be called.</summary>
    private static List<FunctionSchema> ReadChoice(RequestFields fields, List<FunctionSchema> functions, bool flat, out bool mayCall)
    {
        const string right = "it must be none, auto, required or the name of a function";
        mayCall = true;
        var choice = fields.Find(ChoiceName);
        if (choice is { ValueKind: JsonValueKind.String } text && fields.ReadText(ChoiceName, text) is "none")
        {
            mayCall = false;
            return [];
        }

        if (choice is not null && functions.Count == 0)
        {
            fields.Report(RequestErrorKind.InvalidValue, ChoiceName, $"When using '{ChoiceName}', '{Name}' must be set.");
            return [];
        }

        switch (choice)
        {
            case null:
                return [];
            case { ValueKind: JsonValueKind.String } word when fields.ReadText(ChoiceName, word) is "auto":
                return [];
            case { ValueKind: JsonValueKind.String } word when fields.ReadText(ChoiceName, word) is "required":
                return functions;
            case { ValueKind: JsonValueKind.Object } named:
                return ReadNamed(fields, named, functions, flat);
            case { ValueKind: JsonValueKind.String }:
                fields.Report(RequestErrorKind.InvalidValue, ChoiceName, $"'{ChoiceName}' is another string; {right}.");
                return [];
            default:
                fields.Report(RequestErrorKind.InvalidType, ChoiceName, $"'{ChoiceName}' is neither a string nor an object; {right}.");
                return [];
        }
    }

    private static List<FunctionSchema> ReadNamed(RequestFields fields, JsonElement choice, List<FunctionSchema> functions, bool flat)
    {
        var name = fields.Nested(ChoiceName, choice, each =>
            each.Text("type") is not "function" ? ""
            : flat ? each.Text("name") ?? ""
            : each.Object("function") is { } function ? each.Nested("function", function, inner => inner.Text("name") ?? "")
            : "");
        if (functions.FindAll(function => function.Name == name) is { Count: > 0 } found)
        {
            return found;
        }

        fields.Report(RequestErrorKind.InvalidValue, ChoiceName, $"'{ChoiceName}' names no function of '{Name}'.");
        return [];
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}\\z")]
    private static partial Regex FunctionName();
}
