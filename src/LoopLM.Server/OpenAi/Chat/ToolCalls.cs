using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Requests;
using LoopLM.Text.Jinja;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>Reads calls of tools that a conversation holds into what chat templates expect: arguments are data, not JSON in a string.</summary>
internal static class ToolCalls
{
    /// <summary>A call, as templates see it.</summary>
    /// <param name="id">By which its result names it.</param>
    /// <param name="function">What <see cref="ReadFunction"/> gave.</param>
    public static JinjaValue Of(string id, JinjaValue function) => JinjaValue.Of(
    [
        KeyValuePair.Create("id", JinjaValue.Of(id)),
        KeyValuePair.Create("type", JinjaValue.Of("function")),
        KeyValuePair.Create("function", function),
    ]);

    /// <summary>Reads <c>name</c> and <c>arguments</c>. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static JinjaValue ReadFunction(RequestFields fields)
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

        // What a model wrote in vain stays what it wrote.
        return ToolArguments.Read(text) ?? JinjaValue.Of(text);
    }
}
