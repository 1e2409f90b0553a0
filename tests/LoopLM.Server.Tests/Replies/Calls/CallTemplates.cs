using LoopLM.Server.Replies.Calls;
using LoopLM.Text.Templates;

namespace LoopLM.Server.Tests.Replies.Calls;

/// <summary>Small chat templates in the style of the families that call tools, one or more for each format.</summary>
internal static class CallTemplates
{
    private const string Last = "{{ messages[-1].content }}";

    private static readonly Dictionary<string, (string Format, string Template)> s_all = new()
    {
        ["hermes"] = ("hermes", """
            {% if tools %}Call one as <tool_call>{"name": ..., "arguments": ...}</tool_call>: {{ tools | tojson }}{% endif %}
            {%- for message in messages %}{{ message.content }}
            {%- for call in message.tool_calls or [] %}<tool_call>
            {"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments if call.function.arguments is string else call.function.arguments | tojson }}}
            </tool_call>{% endfor %}{% endfor %}
            """),
        ["llama3_json"] = ("llama3_json", """
            {% if tools %}Answer with {"name": function name, "parameters": its arguments by name}: {{ tools | tojson }}{% endif %}
            {%- for message in messages %}{% if message.tool_calls %}{"name": "{{ message.tool_calls[0].function.name }}", "parameters": {{ message.tool_calls[0].function.arguments | tojson }}}
            {%- else %}{{ message.content }}{% endif %}{% endfor %}
            """),
        ["mistral"] = ("mistral", """
            {% if tools %}[AVAILABLE_TOOLS] {{ tools | tojson }}[/AVAILABLE_TOOLS]{% endif %}
            {%- for message in messages %}{% if message.tool_calls %}{{ "[TOOL_CALLS] [" }}
            {%- for call in message.tool_calls %}{% if call.id | length != 9 %}{{ raise_exception("ids have nine letters and digits") }}{% endif %}
            {{- call.function | tojson }}{% endfor %}]{% else %}{{ message.content }}{% endif %}{% endfor %}
            """),
        ["mistral-names"] = ("mistral", """
            {% if tools %}[AVAILABLE_TOOLS]{{ tools | tojson }}[/AVAILABLE_TOOLS]{% endif %}
            {%- for message in messages %}{{ message.content }}{% for call in message.tool_calls or [] %}
            {{- "[TOOL_CALLS]" + call.function.name + "[ARGS]" + call.function.arguments | tojson }}{% endfor %}{% endfor %}
            """),
        ["granite"] = ("granite", """
            {% if tools %}Call with <|tool_call|> and a JSON list: {{ tools | tojson }}{% endif %}{% for message in messages %}
            {{- message.content }}{% if message.tool_calls %}<|tool_call|>{{ message.tool_calls | map(attribute="function") | list | tojson }}{% endif %}{% endfor %}
            """),
        ["qwen3_coder"] = ("qwen3_coder", """
            {% if tools %}Call with <tool_call><function=name><parameter=name>value</parameter></function></tool_call>: {{ tools | tojson }}{% endif %}
            {%- for message in messages %}{{ message.content }}{% for call in message.tool_calls or [] %}<function={{ call.function.name }}>
            {%- for name, value in call.function.arguments | items %}<parameter={{ name }}>{{ value }}</parameter>{% endfor %}</function>{% endfor %}{% endfor %}
            """),
        ["pythonic"] = ("pythonic",
            "{% if tools %}Answer with [func_name1(name=value), func_name2()]: {{ tools | tojson }}{% endif %}" + Last),
        ["pythonic-marked"] = ("pythonic",
            "{% if tools %}{{ tools | tojson }} <|tool_call_start|>[f()]<|tool_call_end|>{% endif %}" + Last),
    };

    /// <summary>The names of all.</summary>
    public static IEnumerable<string> Names => s_all.Keys;

    /// <summary>A template's text.</summary>
    public static string Text(string name) => s_all[name].Template;

    /// <summary>The name of the format that a template uses.</summary>
    public static string Format(string name) => s_all[name].Format;

    /// <summary>The format that is read from a template's text.</summary>
    public static ToolCallFormat? Find(string template, string setting = ToolCallFormats.Auto)
    {
        var folder = Directory.CreateTempSubdirectory("looplm-template-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "chat_template.jinja"), template);
            return ToolCallFormats.Of(setting, ChatTemplate.Load(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
