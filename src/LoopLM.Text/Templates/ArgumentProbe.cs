using LoopLM.Jinja;

namespace LoopLM.Text.Templates;

/// <summary>Finds the forms in which a template takes the arguments of calls, by writing a call in each of them.</summary>
internal static class ArgumentProbe
{
    private const string Value = "needle";
    private const string CallId = "abcdefghi";

    /// <summary>The forms; both where the template writes neither.</summary>
    public static ArgumentForms FormsOf(ChatTemplate template)
    {
        var data = Write(template, JinjaValue.Of([KeyValuePair.Create("key", JinjaValue.Of(Value))]));
        var text = Write(template, JinjaValue.Of($$"""{"key": "{{Value}}"}"""));

        // A mapping that is written without a filter looks as in Python.
        var forms = new ArgumentForms(Has(data, Value) && !Has(data, $"'{Value}'"), Has(text, Value));
        return forms is { TakesData: false, TakesText: false } ? new(TakesData: true, TakesText: true) : forms;
    }

    private static bool Has(string? text, string part) => text?.Contains(part, StringComparison.Ordinal) is true;

    private static string? Write(ChatTemplate template, JinjaValue arguments)
    {
        var function = JinjaValue.Of([Member("name", "f"), KeyValuePair.Create("arguments", arguments)]);
        var call = JinjaValue.Of([Member("id", CallId), Member("type", "function"), KeyValuePair.Create("function", function)]);
        var parameters = KeyValuePair.Create("parameters", JinjaValue.Of([Member("type", "object")]));
        var tool = JinjaValue.Of([Member("name", "f"), Member("description", "d"), parameters]);
        var conversation = new Conversation
        {
            Tools = JinjaValue.Of([JinjaValue.Of([Member("type", "function"), KeyValuePair.Create("function", tool)])]),
            Messages =
            [
                JinjaValue.Of([Member("role", "user"), Member("content", "u")]),
                JinjaValue.Of([Member("role", "assistant"), Member("content", ""), KeyValuePair.Create("tool_calls", JinjaValue.Of([call]))]),
                JinjaValue.Of([Member("role", "tool"), Member("content", "r"), Member("tool_call_id", CallId)]),
            ],
        };
        return template.TryRender(conversation, DateTimeOffset.UnixEpoch, new(), out var prompt, out _) ? prompt.Text : null;
    }

    private static KeyValuePair<string, JinjaValue> Member(string name, string value) => KeyValuePair.Create(name, JinjaValue.Of(value));
}
