using System.Text.RegularExpressions;
using LoopLM.Testing;

namespace LoopLM.Architecture.Tests;

/// <summary>What <c>docs/security.md</c> says is shown by tests is shown by tests that are there.</summary>
public sealed partial class SecurityPageTests
{
    [Fact]
    public void SecurityPage_TestsThatItNames_Exist()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(TestData.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(path => Path.GetFileNameWithoutExtension(path), File.ReadAllText);
        var named = NamedTest().Matches(File.ReadAllText(Path.Combine(TestData.Root, "docs", "security.md")))
            .Select(match => (Class: match.Groups["class"].Value, Method: match.Groups["method"].Value)).ToList();

        Assert.True(named.Count > 20);
        Assert.DoesNotContain(named, test =>
            !sources[test.Class].Any(source => source.Contains($" {test.Method}", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"`(?<class>\w+Tests)(\.(?<method>\w+))?`")]
    private static partial Regex NamedTest();
}
