namespace LoopLM.Tools.Data.Sources;

/// <summary>Dictionary entries, one a line: <c>word, synonym (part of speech): gloss</c>. The first word is requested.</summary>
internal sealed class GlossSource(string path, int repeat, OverlapFilter filter) : ChatSource(repeat, filter)
{
    private static readonly string[] s_questions = ["What is {0}?", "What does \"{0}\" mean?", "Define {0}."];

    public override string Kind => "gloss";

    protected override IEnumerable<(string Key, string Question, string Answer)> Conversations()
    {
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            var colon = line.IndexOf("): ", StringComparison.Ordinal);
            var word = line.Split(',', '(')[0].Trim();
            if (colon > 0 && word.Length > 0)
            {
                var gloss = line[(colon + 3)..].Split("; \"")[0].Trim();
                yield return (word, string.Format(null, s_questions[number++ % s_questions.Length], word),
                    $"{char.ToUpperInvariant(gloss[0])}{gloss[1..]}.");
            }
        }
    }
}
