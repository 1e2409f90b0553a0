using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using LoopLM.Server.Replies;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.Tests.Replies.Calls;

/// <summary>What is read of the calls that models write, in every format and however the text is cut.</summary>
public class CallReaderTests
{
    private const string Schema = """
        {"type":"object","properties":{"s":{"type":"string"},"o":{"anyOf":[{"type":"string"},{"type":"null"}]},"n":{"type":"integer"},
        "q":{"type":"string","pattern":"a","format":"email"},"a":{"type":"array"}}}
        """;

    private static readonly ConcurrentDictionary<string, ReplyFormat> s_formats = new();

    public static TheoryData<string, string, string, string> Replies => new()
    {
        // Format, reply, answer, calls.
        { "hermes", "Hm.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": \"</tool_call>}\\\"\"}}\n</tool_call>\nNow.", "Hm.Now.", "f{\"x\": \"</tool_call>}\\\"\"};" },
        { "hermes", "<tool_call>{\"name\":\"f\",\"arguments\":{}}", "", "f{};" },
        { "hermes", "<tool_call>{\"name\":\"f\",\"arguments\":{}}\n<tool_call>{\"name\":\"g\",\"arguments\":{}}</tool_call>", "", "f{};g{};" },
        { "hermes", "<tool_call>{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":1}\"}</tool_call>", "", "f{\"x\":1};" },
        { "hermes", "<tool_call>{\"arguments\":{\"x\":1},\"name\":\"f\"}</tool_call>", "", "f{\"x\":1};" },
        { "hermes", "<tool_call>{\"type\":\"function\",\"id\":3,\"name\":\"f\",\"parameters\":{\"x\":1},\"b\":[true]}</tool_call>", "", "f{\"x\":1};" },
        { "hermes", "<tool_call>{\"name\":\"f\"}</tool_call>", "", "f{};" },
        { "hermes", "<tool_call>{\"name\":\"f\",\"arguments\":null}</tool_call>.", ".", "f{};" },
        { "hermes", "<tool_call>[{\"name\":\"f\",\"arguments\":{}},{\"name\":\"g\",\"arguments\":{}}]</tool_call>", "", "f{};g{};" },
        { "hermes", "<tool_call>{\"name\":\"f\",\"arguments\":{\"x\":1}}}</tool_call> ok", "ok", "f{\"x\":1};" },
        { "hermes", "<tool_call>{\"name\":\"f\",\"arguments\":3}</tool_call>", "<tool_call>{\"name\":\"f\",\"arguments\":3}</tool_call>", "" },
        { "hermes", "<tool_call>{\"name\":\"f\",\"arguments\":\"x\"}</tool_call>", "<tool_call>{\"name\":\"f\",\"arguments\":\"x\"}</tool_call>", "" },
        { "hermes", "a <tool_call> <tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call>", "a <tool_call>", "f{};" },
        { "hermes", "<tool_call>{\"name\":\"f\",\"arguments\":{\"x\":1", "", "f{\"x\":1;" },
        { "hermes", "<tool_call>{\"name\":\"f\",\"arguments\":{\"x\":oh}}</tool_call>", "", "f{\"x\":oh};" },
        { "llama3_json", "{\"name\": \"f\", \"parameters\": {\"x\": 1}}", "", "f{\"x\": 1};" },
        { "llama3_json", " {\"name\": \"f\", \"arguments\": {}}; {\"name\": \"g\", \"parameters\": {}}", "", "f{};g{};" },
        { "llama3_json", "{\"name\": \"f\", \"parameters\": {}}\n{\"name\": \"g\", \"parameters\": {}}", "", "f{};g{};" },
        { "llama3_json", "Let me see.<|python_tag|>{\"name\": \"f\", \"parameters\": {}}", "Let me see.", "f{};" },
        { "llama3_json", "<|python_tag|>print(1)", "<|python_tag|>print(1)", "" },
        { "llama3_json", "{\"name\": \"Ada\", \"age\": 36}", "{\"name\": \"Ada\", \"age\": 36}", "" },
        { "llama3_json", "{\"name\": \"Ada\"}", "{\"name\": \"Ada\"}", "" },
        { "llama3_json", "So:\n\n{\"a\": {\"b\": 1}} and\n {x", "So:\n\n{\"a\": {\"b\": 1}} and\n {x", "" },
        { "llama3_json", "In text {\"name\": \"f\", \"parameters\": {}}", "In text {\"name\": \"f\", \"parameters\": {}}", "" },
        { "mistral", "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"x\": [1]}}, {\"name\": \"g\", \"arguments\": {}, \"id\": \"abcdefghi\"}]", "", "f{\"x\": [1]};g{};" },
        { "mistral", "One.[TOOL_CALLS]f[ARGS]{\"x\": 1}[TOOL_CALLS]g[CALL_ID]abcdefghi[ARGS]{}", "One.", "f{\"x\": 1};g{};" },
        { "mistral", "[TOOL_CALLS]get-it_2{\"x\": 1} and", "and", "get-it_2{\"x\": 1};" },
        { "mistral", "[TOOL_CALLS]{\"name\": \"f\", \"arguments\": {}}", "", "f{};" },
        { "mistral", "[TOOL_CALLS] hello", "[TOOL_CALLS] hello", "" },
        { "mistral", "[1] [TOOL]", "[1] [TOOL]", "" },
        { "granite", "<|tool_call|>[{\"name\": \"f\", \"arguments\": {}}, {\"name\": \"g\", \"arguments\": {\"x\": 1}}]", "", "f{};g{\"x\": 1};" },
        { "granite", "Hm <tool_call>[{\"name\": \"f\", \"arguments\": {}}", "Hm", "f{};" },
        { "granite", "<|tool_call|> {\"name\": \"f\", \"arguments\": {}}", "", "f{};" },
        { "granite", "<|tool_call|>[]", "<|tool_call|>[]", "" },
        { "qwen3_coder", "<tool_call>\n<function=f>\n</function>\n</tool_call>", "", "f{};" },
        {
            "qwen3_coder", "Hm.\n<tool_call>\n<function=f>\n<parameter=s>\na \"b\"\n\\<c>\n\n</parameter>\n<parameter=n>\n3\n</parameter>\n</function>\n</tool_call>\nNow.",
            "Hm.Now.", "f{\"s\": \"a \\\"b\\\"\\n\\\\<c>\\n\", \"n\": 3};"
        },
        { "qwen3_coder", "<function=f><parameter=s>123</parameter></function>", "", "f{\"s\": \"123\"};" },
        { "qwen3_coder", "<tool_call><function=f><parameter=o>null</parameter><parameter=o>\n 5</parameter></function></tool_call>", "", "f{\"o\": null, \"o\": \" 5\"};" },
        { "qwen3_coder", "<tool_call><function=f><parameter=q>a@b.cd</parameter><parameter=q>7</parameter></function></tool_call>", "", "f{\"q\": \"a@b.cd\", \"q\": \"7\"};" },
        { "qwen3_coder", "<tool_call><function=f><parameter=a>\n[1, {\"b\": null}]\n</parameter><parameter=x>True</parameter></function></tool_call>", "", "f{\"a\": [1, {\"b\": null}], \"x\": true};" },
        { "qwen3_coder", "<tool_call><function=g><parameter=x>no JSON</parameter><parameter=y></parameter></tool_call>", "", "g{\"x\": \"no JSON\", \"y\": \"\"};" },
        { "qwen3_coder", "<tool_call>\n<function=f>\n<parameter=s>\nab", "", "f{\"s\": \"ab\"};" },
        { "qwen3_coder", "<tool_call>{\"name\"", "<tool_call>{\"name\"", "" },
        { "qwen3_coder", "a <function name", "a <function name", "" },
        { "pythonic", "[f(), g(x='a', n=-3, b=True)]", "", "f{};g{\"x\": \"a\", \"n\": -3, \"b\": true};" },
        { "pythonic", "[f(a=[1, 'x', None,], d={'k': (1, 2), \"l\": {}}, e=[])]", "", "f{\"a\": [1, \"x\", null], \"d\": {\"k\": [1, 2], \"l\": {}}, \"e\": []};" },
        { "pythonic", "[f(s='it\\'s \"q\" \\u00e9\\x41\\q\\n', t=\"\\/\\ud83d\\ude00\")]", "", "f{\"s\": \"it's \\\"q\\\" \u00e9A\\\\q\\n\", \"t\": \"/\\ud83d\\ude00\"};" },
        { "pythonic", "[f(x=.5, y=1_000, z=1e5, w=Colour.RED)]", "", "f{\"x\": 0.5, \"y\": 1000, \"z\": 1e5, \"w\": \"Colour.RED\"};" },
        { "pythonic", "I call:\n[f(x=1)]\nDone.", "I call:Done.", "f{\"x\": 1};" },
        { "pythonic", "<|python_start|>[mod.f(x=1)]<|python_end|>", "", "mod.f{\"x\": 1};" },
        { "pythonic", "[see](http://x) [f(1)]", "[see](http://x) [f(1)]", "" },
        { "pythonic", "[1, 2, 3]", "[1, 2, 3]", "" },
        { "pythonic", "[sum(1, 2)]", "[sum(1, 2)]", "" },
        { "pythonic", "[f(x='a", "", "f{\"x\": \"a;" },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public void Append_HoweverItIsCut_TellsTheCallsApart(string format, string reply, string answer, string calls)
    {
        var random = new Random(reply.Length);
        for (var size = 1; size <= reply.Length + 1; size++)
        {
            Assert.Equal((answer, calls), Read(format, reply, () => size));
        }

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal((answer, calls), Read(format, reply, () => random.Next(5)));
        }
    }

    [Theory]
    [MemberData(nameof(Replies))]
    public void Append_AnyReplyButItsEnd_GivesAtMostWhatItBegan(string format, string reply, string answer, string calls)
    {
        for (var length = 0; length < reply.Length; length++)
        {
            var (text, begun) = Read(format, reply[..length], () => 3, isCut: true);

            Assert.True(calls.StartsWith(begun.TrimEnd(';'), StringComparison.Ordinal), $"{begun} of {reply[..length]}");
            Assert.True(text.Length <= Math.Max(answer.Length, length), text);
        }
    }

    [Fact]
    public void Append_CallWithArguments_GivesTheNameFirstAndTheArgumentsAsTheyCome()
    {
        var reader = new ReplyReader(Format("qwen3_coder"));
        string[] cuts = ["<tool_call>\n<function=f>", "\n<parameter=s>\nab", "c\"", "\n</para", "meter>\n</function>"];

        var parts = cuts.Select(cut => reader.Append(cut).ToArray()).ToList();

        Assert.Equal(["f:", "{\"s\": \"ab", "c\\\"", "", "\"}"], parts.Select(part => string.Concat(part.Select(each => (each.Name is null ? "" : each.Name + ":") + each.Text))));
        Assert.Equal([ReplyPartKind.ToolCall, ReplyPartKind.ToolArguments, ReplyPartKind.ToolArguments, ReplyPartKind.ToolArguments], parts.SelectMany(part => part.Select(each => each.Kind)));
    }

    [Fact]
    public void End_CutCallOfAReplyThatIsHeldToCalls_IsNoAnswer()
    {
        var reader = new ReplyReader(Format("hermes") with { OnlyCalls = true });

        Assert.Empty(reader.Append("<tool_call>\n{\"name\": \"f"));
        Assert.Empty(reader.End(isCut: true));
    }

    private static ReplyFormat Format(string name)
    {
        using var schema = JsonDocument.Parse(Schema);
        return new(Thoughts: false, InThought: false, CallTemplates.Find(CallTemplates.Text(name)), OneCall: false)
        {
            Parameters = FunctionParameters.Of([new("f", schema.RootElement)]),
        };
    }

    private static (string Answer, string Calls) Read(string format, string reply, Func<int> size, bool isCut = false)
    {
        var reader = new ReplyReader(s_formats.GetOrAdd(format, Format));
        var (answer, calls) = (new StringBuilder(), new StringBuilder());
        for (var at = 0; at < reply.Length;)
        {
            var end = Math.Min(reply.Length, at + size());
            Take(reader.Append(reply[at..end]));
            at = end;
        }

        Take(reader.End(isCut));
        return (answer.ToString(), calls.Append(reader.Calls > 0 ? ";" : "").ToString());

        void Take(IEnumerable<ReplyPart> parts)
        {
            foreach (var part in parts)
            {
                _ = part.Kind switch
                {
                    ReplyPartKind.ToolCall => calls.Append(calls.Length > 0 ? ";" : "").Append(part.Name).Append(part.Text),
                    ReplyPartKind.ToolArguments => calls.Append(part.Text),
                    _ => answer.Append(part.Text),
                };
            }
        }
    }
}
