using LoopLM.Tools.Data.Tasks;

namespace LoopLM.Tools.Data.Sources;

/// <summary>Opens the sources that the command line names.</summary>
internal static class DocumentSources
{
    /// <summary>What a source may be, for the help text.</summary>
    public const string Help =
        "text:path=FILE[,repeat=N] | held-out-text:path=FILE | story:path=FILE[,words=N][,repeat=N] | gloss:path=FILE[,repeat=N] | question:path=FILE[,repeat=N] | "
        + "mano:count=N[,held-out=N][,modulus=N][,operations=A-B][,chat=SHARE] | sum:count=N[,held-out=N][,digits=A-B][,chat=SHARE] | "
        + "hop:count=N[,held-out=N][,hops=A-B][,people=A-B][,questions=A-B][,chat=SHARE] | "
        + "tale:count=N[,held-out=N][,seed=N][,text=W][,question=W][,request=W][,continuation=W][,sum=W][,repetition=W]"
        + "[,questions=A-B][,sentences=A-B][,steps=A-B][,kinds=KIND+...][,unanswered=SHARE][,chat=SHARE][,digits=A-B]";

    /// <summary>Opens sources; the held-out texts are known to the filter afterwards.</summary>
    /// <param name="specs">As the command line has them.</param>
    /// <param name="seed">Seed of the generated problems.</param>
    /// <param name="filter">Learns the held-out texts.</param>
    /// <exception cref="FormatException">One is malformed.</exception>
    public static IReadOnlyList<IDocumentSource> Open(IReadOnlyList<string> specs, int seed, OverlapFilter filter)
    {
        var sources = new List<IDocumentSource>();
        for (var i = 0; i < specs.Count; i++)
        {
            var spec = SourceSpec.Parse(specs[i]);
            sources.AddRange(spec.Kind switch
            {
                "tale" => TaleSource.Open(spec, Seed(i)),
                _ => [Open(spec, Seed(i), filter)],
            });
            spec.Finish();
        }

        return sources;

        int Seed(int number) => unchecked((seed * 1000003) + number);
    }

    private static IDocumentSource Open(SourceSpec spec, int seed, OverlapFilter filter) => spec.Kind switch
    {
        "text" => new TextSource(spec.Text("path"), spec.Integer("repeat", 1), allHeldOut: false, filter),
        "held-out-text" => new TextSource(spec.Text("path"), repeat: 1, allHeldOut: true, filter),
        "story" => new StorySource(spec.Text("path"), spec.Integer("words", 200), spec.Integer("repeat", 1), filter),
        "gloss" => new GlossSource(spec.Text("path"), spec.Integer("repeat", 1), filter),
        "question" => new QuestionSource(spec.Text("path"), spec.Integer("repeat", 1), filter),
        _ => new TaskSource(spec.Kind, Task(spec), spec.Integer("count", 0), spec.Integer("held-out", 500), spec.Share("chat", 0.25), seed),
    };

    /// <summary>The task that a source names.</summary>
    /// <exception cref="FormatException">There is none of its name, or an option is out of range.</exception>
    public static ITask Task(SourceSpec spec) => spec.Kind switch
    {
        "mano" => new ManoTask(spec.Integer("modulus", 7), spec.Range("operations", (1, 4))),
        "sum" => new SumTask(spec.Range("digits", (1, 3))),
        "hop" => new HopTask(spec.Range("hops", (1, 4)), spec.Range("people", (5, 5)), spec.Range("questions", (1, 1))),
        _ => throw new FormatException($"'{spec.Kind}' is no source; a source is {Help}."),
    };
}
