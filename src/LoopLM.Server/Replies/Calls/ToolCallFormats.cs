using LoopLM.StructuredOutput;
using LoopLM.Text.Templates;

namespace LoopLM.Server.Replies.Calls;

/// <summary>The formats of calls that are known, and which of them a chat template uses.</summary>
internal static class ToolCallFormats
{
    /// <summary>The name of the setting's value that leaves the choice to <see cref="Detect"/>.</summary>
    public const string Auto = "auto";

    private const string CallStart = "<tool_call>";
    private const string CallEnd = "</tool_call>";
    private const string GraniteStart = "<|tool_call|>";
    private const string MistralStart = "[TOOL_CALLS]";
    private const string MistralArguments = "[ARGS]";
    private const string PythonTag = "<|python_tag|>";
    private const string PythonStart = "<|python_start|>";
    private const string PythonEnd = "<|python_end|>";
    private const string ListStart = "<|tool_call_start|>";
    private const string ListEnd = "<|tool_call_end|>";

    /// <summary>The format of a model.</summary>
    /// <param name="setting">A format's name, none, or <see cref="Auto"/>.</param>
    /// <param name="template">The model's template.</param>
    /// <returns>Null where its template is given no tools, or knows no format that is known here.</returns>
    public static ToolCallFormat? Of(string setting, ChatTemplate template) => (setting == Auto ? Detect(template) : setting) switch
    {
        _ when !template.ReadsTools => null,
        "hermes" => Hermes(),
        "llama3_json" => Llama(),
        "mistral" => Mistral(template),
        "granite" => Granite(template),
        "qwen3_coder" => QwenCoder(),
        "pythonic" => Pythonic(template),
        _ => null,
    };

    /// <summary>The name of the format that a template shows: by the marks in it, those that only one format has first.</summary>
    public static string Detect(ChatTemplate template)
    {
        var says = template.MentionsWithTools;
        return says(XmlCallReader.FunctionStart) && says("<parameter=") ? "qwen3_coder"
            : says(MistralStart) ? "mistral"
            : says(GraniteStart) || (says("<|start_of_role|>") && says(CallStart) && !says(CallEnd)) ? "granite"
            : says(CallStart) ? "hermes"
            : says("func_name1(") || says(ListStart) ? "pythonic"
            : says(PythonTag) || (says("parameters") && (says("<|start_header_id|>") || says("function name"))) ? "llama3_json"
            : "none";
    }

    private static ToolCallFormat Hermes() =>
        new("hermes", new(CallStart + "\n{\"name\": \"", "\", \"arguments\": ", "}\n" + CallEnd, "\n"), [CallStart])
        {
            OtherMarks = [CallEnd],
            Json = new([CallEnd]),
        };

    private static ToolCallFormat Llama() =>
        new("llama3_json", new("{\"name\": \"", "\", \"parameters\": ", "}", "; "), [PythonTag, PythonStart])
        {
            LineStart = '{',
            OtherMarks = [PythonEnd],
            Json = new([PythonEnd], NeedsArguments: true, HasSeparator: true),
        };

    /// <summary>Newer templates write the name, a mark and the arguments, older ones a list of objects.</summary>
    private static ToolCallFormat Mistral(ChatTemplate template)
    {
        var space = template.MentionsWithTools(MistralStart + " [") ? " " : "";
        var syntax = template.MentionsWithTools(MistralArguments)
            ? new CallSyntax(MistralStart, MistralArguments, "", "")
            : new CallSyntax("{\"name\": \"", "\", \"arguments\": ", "}", ", ") { Start = $"{MistralStart}{space}[", Close = "]" };
        return new("mistral", syntax, [MistralStart])
        {
            OtherMarks = [MistralArguments, "[CALL_ID]"],
            IdLength = 9,
            Json = new([], NamesFirst: true),
        };
    }

    private static ToolCallFormat Granite(ChatTemplate template)
    {
        var start = template.MentionsWithTools(GraniteStart) || !template.MentionsWithTools(CallStart) ? GraniteStart : CallStart;
        var syntax = new CallSyntax("{\"name\": \"", "\", \"arguments\": ", "}", ", ") { Start = start + "[", Close = "]" };
        return new("granite", syntax, [GraniteStart, CallStart])
        {
            OtherMarks = [CallEnd],
            Json = new([CallEnd]),
        };
    }

    private static ToolCallFormat QwenCoder()
    {
        var syntax = new CallSyntax($"{CallStart}\n{XmlCallReader.FunctionStart}", ">\n", $"</function>\n{CallEnd}", "\n")
        {
            Arguments = ArgumentSyntax.Tags,
        };
        return new("qwen3_coder", syntax, [CallStart, XmlCallReader.FunctionStart]) { OtherMarks = [CallEnd] };
    }

    private static ToolCallFormat Pythonic(ChatTemplate template)
    {
        var isMarked = template.MentionsWithTools(ListStart);
        var syntax = new CallSyntax("", "(", ")", ", ")
        {
            Start = isMarked ? ListStart + "[" : "[",
            Close = isMarked ? "]" + ListEnd : "]",
            Arguments = ArgumentSyntax.Keywords,
        };
        return new("pythonic", syntax, [PythonTag, PythonStart, ListStart]) { LineStart = '[', OtherMarks = [PythonEnd, ListEnd] };
    }
}
