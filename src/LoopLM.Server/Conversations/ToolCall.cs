using LoopLM.Jinja;
using LoopLM.Server.Replies;
using LoopLM.Text.Templates;

namespace LoopLM.Server.Conversations;

/// <summary>A call of a tool that a conversation holds.</summary>
/// <param name="Id">By which its result names it.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">The arguments as a model wrote them: the text of a JSON object, unless it failed.</param>
internal sealed record ToolCall(string Id, string Name, string Arguments)
{
    /// <summary>
    /// The call, as a template sees it. Arguments are data, unless it takes only text. Arguments that are no object are text, unless it
    /// takes only data: then the text is a member of an object.
    /// </summary>
    public JinjaValue ToValue(ArgumentForms forms)
    {
        var text = JinjaValue.Of(Arguments);
        var data = ToolArguments.Read(Arguments);
        var arguments = data is not null && forms.TakesData ? data
            : forms.TakesText ? text
            : data ?? JinjaValue.Of([KeyValuePair.Create("arguments", text)]);
        var function = JinjaValue.Of([KeyValuePair.Create("name", JinjaValue.Of(Name)), KeyValuePair.Create("arguments", arguments)]);
        return JinjaValue.Of(
        [
            KeyValuePair.Create("id", JinjaValue.Of(Id)),
            KeyValuePair.Create("type", JinjaValue.Of("function")),
            KeyValuePair.Create("function", function),
        ]);
    }
}
