using System.Text.RegularExpressions;
using LoopLM.Testing;

namespace LoopLM.Architecture.Tests;

/// <summary>The pages in <c>docs</c> are easy to read.</summary>
public sealed partial class DocumentTests
{
    private const int MostWords = 30;

    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Path.Combine(TestData.Root, "docs"), "*.md").Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_EverySentence_HasAtMostThirtyWords(string page)
    {
        var text = Fence().Replace(File.ReadAllText(Path.Combine(TestData.Root, "docs", page)), "");

        var tooLong =
            from line in text.Split('\n')
            where !NoProse().IsMatch(line)
            from sentence in SentenceEnd().Split(line)
            where sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length > MostWords
            select sentence;

        Assert.Empty(tooLong);
    }

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    /// <summary>Code, tables and headings.</summary>
    [GeneratedRegex(@"^(    |\||#)")]
    private static partial Regex NoProse();

    [GeneratedRegex("""(?<=[.!?])[)"]?\s+""")]
    private static partial Regex SentenceEnd();
}
