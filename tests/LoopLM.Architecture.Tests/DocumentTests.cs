using System.Text.RegularExpressions;
using LoopLM.Testing;

namespace LoopLM.Architecture.Tests;

/// <summary>The pages for readers are easy to read, and say what is there.</summary>
public sealed partial class DocumentTests
{
    private const int MostWords = 30;

    /// <summary>Two screens of 40 lines.</summary>
    private const int MostLines = 80;
    private const int Columns = 120;

    public static TheoryData<string> Pages =>
        ["ARCHITECTURE.md", "CONTRIBUTING.md", .. Directory.EnumerateFiles(Path.Combine(TestData.Root, "docs"), "*.md")
            .Select(path => $"docs/{Path.GetFileName(path)}")];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_EverySentence_HasAtMostThirtyWords(string page)
    {
        var text = Fence().Replace(Read(page), "");

        var tooLong =
            from line in text.Split('\n')
            where !NoProse().IsMatch(line)
            from sentence in SentenceEnd().Split(line)
            where sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length > MostWords
            select sentence;

        Assert.Empty(tooLong);
    }

    [Theory]
    [InlineData("ARCHITECTURE.md")]
    [InlineData("docs/cpu-kernels.md")]
    public void Page_EverySection_FitsOnTwoScreens(string page)
    {
        var tooLong =
            from section in SectionStart().Split(Read(page))
            where section.Split('\n').Sum(line => 1 + (line.Length / Columns)) > MostLines
            select section.Split('\n')[0];

        Assert.Empty(tooLong);
    }

    /// <summary>A type that is renamed or goes is renamed on these pages, or goes.</summary>
    [Theory]
    [InlineData("ARCHITECTURE.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("docs/cpu-kernels.md")]
    public void Page_NamesOfTypesAndMembers_AreInTheCode(string page)
    {
        var known = SourceFiles.Under("src", "tests").SelectMany(path => Word().Matches(SourceFiles.Read(path)))
            .Select(match => match.Value).ToHashSet(StringComparer.Ordinal);

        var unknown =
            from code in InlineCode().Matches(Read(page))
            where CodeName().IsMatch(code.Groups["code"].Value) && !code.Groups["code"].Value.StartsWith("Your", StringComparison.Ordinal)
            from Match name in Word().Matches(code.Groups["code"].Value)
            where !known.Contains(name.Value)
            select name.Value;

        Assert.Empty(unknown);
    }

    private static string Read(string page) => File.ReadAllText(Path.Combine(TestData.Root, page));

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    /// <summary>Code, tables and headings.</summary>
    [GeneratedRegex(@"^(    |\||#)")]
    private static partial Regex NoProse();

    [GeneratedRegex("""(?<=[.!?])[)"*]*\s+""")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex("^## ", RegexOptions.Multiline)]
    private static partial Regex SectionStart();

    [GeneratedRegex("`(?<code>[^`]+)`")]
    private static partial Regex InlineCode();

    /// <summary>A name in Pascal case, with members after dots and type arguments.</summary>
    [GeneratedRegex(@"^[A-Z][A-Za-z]*[a-z][A-Za-z]*([.<][A-Za-z]+>?)*(?<!\.txt)$")]
    private static partial Regex CodeName();

    [GeneratedRegex(@"[A-Za-z_]\w+")]
    private static partial Regex Word();
}
