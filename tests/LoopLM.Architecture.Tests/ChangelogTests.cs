using System.Text.RegularExpressions;
using LoopLM.Engine.Execution;
using LoopLM.Testing;

namespace LoopLM.Architecture.Tests;

/// <summary><c>CHANGELOG.md</c> says what is new in the version that is built.</summary>
public sealed partial class ChangelogTests
{
    [Fact]
    public void Changelog_NewestVersion_IsTheAssemblys()
    {
        var newest = Heading().Match(File.ReadAllText(Path.Combine(TestData.Root, "CHANGELOG.md"))).Groups["version"].Value;

        Assert.Equal(typeof(EngineCore).Assembly.GetName().Version!.ToString(3), newest);
    }

    [GeneratedRegex(@"^## (?<version>\d+\.\d+\.\d+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
