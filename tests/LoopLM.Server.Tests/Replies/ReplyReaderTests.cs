using System.Text;
using LoopLM.Server.Replies;
using LoopLM.Server.Replies.Calls;
using LoopLM.Server.Tests.Replies.Calls;

namespace LoopLM.Server.Tests.Replies;

public class ReplyReaderTests
{
    private const string Call = """<tool_call>{"name":"f","arguments":{"x":1}}</tool_call>""";

    private static readonly ToolCallFormat s_hermes = CallTemplates.Find(CallTemplates.Text("hermes"))!;

    public static TheoryData<string, string, string, string> Replies => new()
    {
        // Reply, reasoning, answer, calls.
        { "Hello", "", "Hello", "" },
        { "  Hello \n", "", "  Hello \n", "" },
        { "", "", "", "" },
        { "<think>\nhm\n</think>\n\nYes.", "hm", "Yes.", "" },
        { "\n <think></think>Yes. ", "", "Yes. ", "" },
        { "<think>never ends ", "never ends ", "", "" },
        { "<think>a <b> </thin </think>c", "a <b> </thin", "c", "" },
        { "<thi", "", "<thi", "" },
        { "<thinking>", "", "<thinking>", "" },
        { "No <think>late</think>", "", "No <think>late</think>", "" },
        { "<think>a</think>b</think>", "a", "b</think>", "" },
        { Call, "", "", "f{\"x\":1};" },
        { $"First:\n{Call}\n{Call}\n", "", "First:", "f{\"x\":1};f{\"x\":1};" },
        { $"<think>t</think>\n{Call}\nDone.", "t", "Done.", "f{\"x\":1};" },
        { $"a {Call} b", "", "ab", "f{\"x\":1};" },
        { "<tool_call>{\"name\":1}</tool_call> x", "", "<tool_call>{\"name\":1}</tool_call> x", "" },
        { "<tool_call>not json</tool_call>", "", "<tool_call>not json</tool_call>", "" },
        { "a <tool_call>{\"name\"", "", "a <tool_call>{\"name\"", "" },
        { "a <tool_call", "", "a <tool_call", "" },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public void Append_HoweverItIsCut_SeparatesTheParts(string reply, string reasoning, string answer, string calls)
    {
        var random = new Random(reply.Length);
        for (var size = 1; size <= reply.Length + 1; size++)
        {
            Assert.Equal(
                (reasoning, answer, calls),
                Read(new ReplyFormat(MayReason: true, InReasoning: false, s_hermes, OneCall: false), reply, () => size));
        }

        Assert.Equal((reasoning, answer, calls), Read(new ReplyFormat(true, false, s_hermes, false), reply, () => random.Next(4)));
    }

    [Fact]
    public void Append_PromptOpenedTheReasoning_BeginsInIt() => Assert.Equal(
        ("hm", "Yes.", ""), Read(
            new ReplyFormat(MayReason: true, InReasoning: true, Calls: null, OneCall: false), "hm\n</think>\nYes.", () => 3));

    [Fact]
    public void Append_OneCallOnly_LeavesTheOthersOut() => Assert.Equal(
        ("", "", "f{\"x\":1};"), Read(
            new ReplyFormat(MayReason: false, InReasoning: false, s_hermes, OneCall: true), Call + Call, () => 5));

    [Fact]
    public void Append_NothingToTellApart_GivesAllOfIt() => Assert.Equal(
        ("", $" <think>a</think> {Call} ", ""), Read(default, $" <think>a</think> {Call} ", () => 2));

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void Append_MarkEndsWhatIsNoCall_KeepsAllOfIt(int size)
    {
        const string reply = "[]<|python_end|> x";
        var pythonic = CallTemplates.Find(CallTemplates.Text("pythonic"))!;

        Assert.Equal(
            ("", reply, ""), Read(new ReplyFormat(MayReason: false, InReasoning: false, pythonic, OneCall: false), reply, () => size));
    }

    /// <summary>
    /// What is copied again and again is allocated again and again: eight times the text may take eight times the bytes, not 64 times.
    /// </summary>
    [Theory]
    [InlineData("\n")]
    [InlineData("<")]
    [InlineData("<tool_call>")]
    [InlineData("<tool_call>{\"name\":1}</tool_call>")]
    [InlineData("<tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call>")]
    [InlineData("<think>a", "</thin")]
    [InlineData("<think>a", " ")]
    [InlineData("<tool_call>{\"name\":\"f\",\"arguments\":{\"x\":\"", "a")]
    [InlineData("a ", " ")]
    public void Append_LongText_TakesWorkInProportion(string start, string? again = null)
    {
        const int few = 4_000;
        foreach (var size in new[] { 1, int.MaxValue / 2 })
        {
            Work(few, size);

            Assert.InRange(Work(8 * few, size) / (double)Work(few, size), 1, 16);
        }

        long Work(int length, int size)
        {
            var text = start + string.Concat(Enumerable.Repeat(again ?? start, length / (again ?? start).Length));
            var reader = new ReplyReader(new ReplyFormat(MayReason: true, InReasoning: false, s_hermes, OneCall: false));
            var pieces = Enumerable.Range(0, ((text.Length - 1) / size) + 1)
                .Select(i => text[(i * size)..(int)Math.Min(text.Length, (long)(i + 1) * size)]).ToList();
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var piece in pieces)
            {
                reader.Append(piece);
            }

            reader.End();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static (string Reasoning, string Answer, string Calls) Read(ReplyFormat format, string reply, Func<int> size)
    {
        var reader = new ReplyReader(format);
        var (reasoning, answer, calls) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        for (var at = 0; at < reply.Length;)
        {
            var end = Math.Min(reply.Length, at + size());
            Take(reader.Append(reply[at..end]));
            at = end;
        }

        Take(reader.End());
        return (reasoning.ToString(), answer.ToString(), calls.Append(reader.Calls > 0 ? ";" : "").ToString());

        void Take(IEnumerable<ReplyPart> parts)
        {
            foreach (var part in parts)
            {
                _ = part.Kind switch
                {
                    ReplyPartKind.Reasoning => reasoning.Append(part.Text),
                    ReplyPartKind.Content => answer.Append(part.Text),
                    _ => calls.Append(part.Name is not null && calls.Length > 0 ? ";" : "").Append(part.Name).Append(part.Text),
                };
            }
        }
    }
}
