using LoopLM.Tools.Soak;

namespace LoopLM.Tools.Tests.Soak;

public sealed class SoakAuditTests
{
    private static readonly SoakOptions s_options = new() { Rest = new Uri("http://127.0.0.1:1") };

    [Fact]
    public void Of_ServerThatKeepsItsPromises_FindsNothing() => Assert.Empty(Audit().Problems);

    [Theory]
    [InlineData(9, 0, 0, 0, 1, "The clients have 10 finished generations; the server counts 9.")]
    [InlineData(15, 0, 0, 0, 1, "The server has ended 15 generations")]
    [InlineData(10, 1, 0, 0, 1, "1 generations failed.")]
    [InlineData(10, 0, 1, 0, 1, "Left over: 1 running")]
    [InlineData(10, 0, 0, 1, 1, "1 KV slots")]
    [InlineData(10, 0, 0, 0, 3, "3 connections are open")]
    public void Of_ServerThatLosesOrLeavesSomething_SaysWhat(
        int stopped, int failed, int running, int slots, int connections, string problem) =>
        Assert.Contains(Audit(State(stopped, failed, running, slots, connections)).Problems, found =>
            found.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void Of_MemoryThatGrows_SaysHowMuch()
    {
        var samples = Enumerable.Range(0, 200).Select(i => State(0) with { ResidentBytes = (200L + (i * 2)) << 20 });

        Assert.Contains(Audit(samples: samples).Problems, found => found.StartsWith("Resident memory grew", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_DescriptorsThatGrow_SaysHowMany()
    {
        var samples = Enumerable.Range(0, 200).Select(i => State(0) with { Descriptors = i });

        Assert.Contains(Audit(samples: samples).Problems, found => found.StartsWith("Open descriptors grew", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_TwoAnswersToOneRequest_ShowsBoth()
    {
        var tally = Tally();
        tally.Answered("a", "request 1", "other", 0);

        Assert.Contains(Audit(tally: tally).Problems, found =>
            found.StartsWith("Two answers to request 1 differ.", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_NothingCompared_IsNoProof()
    {
        var tally = new SoakTally();
        tally.Answered("a", "request 1", "said", 10);

        Assert.Contains(Audit(tally: tally).Problems, found => found.StartsWith("No request was answered twice", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"id":"a","choices":[{"index":1,"text":"b"},{"index":0,"text":"a"}]}""",
        """{"id":"c","choices":[{"index":0,"text":"a"},{"index":1,"text":"b"}]}""")]
    [InlineData("""{"choices":[{"index":0,"message":{"content":"ab","tool_calls":[]}}]}""",
        """{"choices":[{"index":0,"message":{"content":"ab"}}],"created":5}""")]
    public void SoakAnswer_SameSaid_IsTheSame(string answer, string other) => Assert.Equal(SoakAnswer.Of(answer), SoakAnswer.Of(other));

    [Fact]
    public void SoakAnswer_Stream_SaysWhatTheWholeAnswerSays() => Assert.Equal(
        SoakAnswer.Of(
            """{"choices":[{"index":0,"message":{"content":"ab"},"logprobs":{"tokens":["a","b"]}},{"index":1,"message":{"content":"c"}}]}"""),
        SoakAnswer.OfStream("""
            data: {"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"tokens":["a"]}}]}

            data: {"choices":[{"index":1,"delta":{"content":"c"}}]}

            data: {"choices":[{"index":0,"delta":{"content":"b"},"logprobs":{"tokens":["b"]}}]}

            data: [DONE]


            """.ReplaceLineEndings("\n")));

    [Theory]
    [InlineData("data: {\"choices\":[]}\n\n")]
    [InlineData("data: {\"response\":{}}")]
    public void SoakAnswer_StreamWithoutEnd_IsAnError(string stream) => Assert.Throws<FormatException>(() => SoakAnswer.OfStream(stream));

    private static SoakTally Tally()
    {
        var tally = new SoakTally();
        tally.Answered("a", "request 1", "said", 5);
        tally.Answered("a", "request 1", "said", 5);
        tally.Uncounted("left", "b", 3);
        return tally;
    }

    private static ServerState State(double stopped, double failed = 0, double running = 0, double slots = 0, double connections = 1) =>
        new(new Dictionary<string, double> { ["stop"] = stopped, ["failed"] = failed }, running, 0, slots, 0, connections, 100 << 20, 50);

    private static SoakReport Audit(ServerState? after = null, SoakTally? tally = null, IEnumerable<ServerState>? samples = null) =>
        SoakAudit.Of(s_options, tally ?? Tally(), State(0), after ?? State(12), samples?.ToList() ?? [State(0)], TimeSpan.FromMinutes(1));
}
