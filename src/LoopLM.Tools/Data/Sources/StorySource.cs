namespace LoopLM.Tools.Data.Sources;

/// <summary>Titled stories: the title becomes a wish, the rest of the first paragraphs the answer.</summary>
/// <param name="path">A file of documents whose first line is a title.</param>
/// <param name="words">Most words of an answer; it ends with a paragraph.</param>
/// <param name="repeat">How often each is written.</param>
/// <param name="filter">Removes what is measured on.</param>
internal sealed class StorySource(string path, int words, int repeat, OverlapFilter filter) : ChatSource(repeat, filter)
{
    private static readonly string[] s_wishes =
        ["Tell me a story about {0}.", "Tell me a short story: {0}", "Write a story called \"{0}\".", "{0}"];

    public override string Kind => "story";

    protected override IEnumerable<(string Key, string Question, string Answer)> Conversations()
    {
        var number = 0;
        foreach (var document in TextFile.Documents(path))
        {
            var lines = document.Split('\n', 2);
            if (lines is not [var title, var body] || title.Length > 80)
            {
                continue;
            }

            var story = Shorten(body);
            if (story.Length > 0)
            {
                yield return (title, string.Format(null, s_wishes[number++ % s_wishes.Length], title.Trim()), story);
            }
        }
    }

    private string Shorten(string body)
    {
        var (kept, count) = (new List<string>(), 0);
        foreach (var paragraph in body.Split('\n'))
        {
            count += paragraph.Split(' ').Length;
            if (count > words)
            {
                break;
            }

            kept.Add(paragraph);
        }

        return string.Join('\n', kept).Trim();
    }
}
