using System.Text.Json;
using System.Text.RegularExpressions;
using LoopLM.Jinja;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.Conversations;

/// <summary>The tools that a chat may call: functions, which the client runs. Tools that OpenAI runs itself are left out.</summary>
/// <param name="Value">Them, as templates see them; null where the model is told of none.</param>
/// <param name="Forced">Those of which at least one has to be called; empty where none has to.</param>
/// <param name="OneCall">Whether only the first call counts.</param>
internal sealed partial record ChatTools(JinjaValue? Value, IReadOnlyList<FunctionSchema> Forced, bool OneCall)
{
    private const string Name = "tools";
    private const string FunctionType = "function";

    /// <summary>All functions that may be called.</summary>
    public IReadOnlyList<FunctionSchema> Functions { get; init; } = [];

    /// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    /// <param name="fields">The body.</param>
    /// <param name="flat">Whether what describes a function stands beside its type, not within <c>function</c>.</param>
    public static ChatTools Read(RequestFields fields, bool flat = false)
    {
        var tools = fields.Items(Name) ?? [];
        var functions = new List<(FunctionSchema Schema, JsonElement Tool)>();
        for (var i = 0; i < tools.Count && fields.Error is null; i++)
        {
            if (fields.Nested($"{Name}[{i}]", tools[i], each => ReadTool(each, flat)) is { } function)
            {
                functions.Add((function, tools[i]));
            }
        }

        var choice = ToolChoice.Read(fields);
        CheckChoice(fields, choice, functions.ConvertAll(function => function.Schema.Name));
        var allowed = choice.Names is { } names ? functions.FindAll(function => names.Contains(function.Schema.Name)) : functions;
        var parallel = fields.Flag("parallel_tool_calls") ?? true;
        return new(
            choice.MayCall && allowed.Count > 0 && fields.Error is null ? ReadValue(fields, allowed.ConvertAll(function => function.Tool), flat) : null,
            choice.MustCall ? allowed.ConvertAll(function => function.Schema) : [],
            OneCall: !parallel)
        {
            Functions = allowed.ConvertAll(function => function.Schema),
        };
    }

    /// <summary>Whether an entry of <c>tools</c> is a function; without a type it is one.</summary>
    public static bool IsFunction(JsonElement tool) =>
        !tool.TryGetProperty("type", out var type) || type.ValueKind == JsonValueKind.Null || (type.ValueKind == JsonValueKind.String && type.ValueEquals(FunctionType));

    private static void CheckChoice(RequestFields fields, ToolChoice choice, List<string> functions)
    {
        if (choice.MustCall && functions.Count == 0)
        {
            fields.Report(RequestErrorKind.InvalidValue, ToolChoice.Field, $"'{ToolChoice.Field}' demands a call, but '{Name}' has no function; give it one, or choose auto or none.");
        }

        if (choice.Names?.FirstOrDefault(name => !functions.Contains(name)) is { } unknown)
        {
            fields.Report(
                RequestErrorKind.InvalidValue,
                ToolChoice.Field,
                $"'{ToolChoice.Field}' is the name {ClientWord.Quote(unknown)}, which no function of '{Name}' has; it must be none, auto, required or one of {Listed(functions)}.");
        }
    }

    private static string Listed(List<string> functions)
    {
        const int most = 10;
        return functions.Count == 0 ? "their names" : string.Join(", ", functions.Take(most)) + (functions.Count > most ? " and others" : "");
    }

    private static JinjaValue? ReadValue(RequestFields fields, List<JsonElement> tools, bool flat)
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
        KeyValuePair.Create("type", JinjaValue.Of(FunctionType)),
        KeyValuePair.Create(FunctionType, JinjaValue.Of(tool.EnumerateObject().Where(member => member.Name != "type").Select(member => KeyValuePair.Create(member.Name, JinjaValue.Of(member.Value))))),
    ]);

    /// <summary>Reads a function; null where the tool is of another type, which this server does not run.</summary>
    private static FunctionSchema? ReadTool(RequestFields fields, bool flat)
    {
        if (fields.Text("type") is not (null or FunctionType))
        {
            return null;
        }

        if (flat)
        {
            return ReadFunction(fields);
        }

        if (fields.Object(FunctionType) is { } function)
        {
            return fields.Nested(FunctionType, function, ReadFunction);
        }

        fields.Report(RequestErrorKind.MissingField, FunctionType, $"'{FunctionType}' is missing; it must be an object with a name.");
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
            fields.Report(RequestErrorKind.MissingField, "name", "'name' is missing; it must be a string, here beside 'parameters'.");
            return null;
        }

        if (!FunctionName().IsMatch(name))
        {
            fields.Report(RequestErrorKind.InvalidValue, "name", $"'name' is {ClientWord.Quote(name)}; it must have 1 to 64 letters, digits, underscores or dashes.");
        }

        return new FunctionSchema(name, parameters);
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}\\z")]
    private static partial Regex FunctionName();
}
