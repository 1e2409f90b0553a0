using System.Text.RegularExpressions;
using System.Xml.Linq;
using LoopLM.Testing;

namespace LoopLM.Architecture.Tests;

/// <summary>The direction of dependencies that ARCHITECTURE.md draws.</summary>
public sealed partial class DependencyTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["LoopLM.Engine"] = [],
        ["LoopLM.Jinja"] = [],
        ["LoopLM.StructuredOutput"] = [],
        ["LoopLM.Text"] = ["LoopLM.Jinja"],
        ["LoopLM.Checkpoints"] = [],
        ["LoopLM.Protocol"] = [],
        ["LoopLM.Playground"] = [],
        ["LoopLM.Torch"] = ["LoopLM.Engine", "LoopLM.Checkpoints"],
        ["LoopLM.Cpu"] = ["LoopLM.Engine", "LoopLM.Checkpoints"],
        ["LoopLM.Models"] = ["LoopLM.Engine", "LoopLM.Checkpoints", "LoopLM.Text", "LoopLM.Torch", "LoopLM.Cpu"],
        ["LoopLM.Server"] =
        [
            "LoopLM.Engine", "LoopLM.Checkpoints", "LoopLM.StructuredOutput", "LoopLM.Text", "LoopLM.Models", "LoopLM.Protocol",
            "LoopLM.Playground",
        ],
        ["LoopLM.Training"] = ["LoopLM.Checkpoints", "LoopLM.Torch"],
        ["LoopLM.Tools"] =
        [
            "LoopLM.Engine", "LoopLM.Checkpoints", "LoopLM.Text", "LoopLM.Models", "LoopLM.Protocol", "LoopLM.Torch", "LoopLM.Cpu",
            "LoopLM.Server", "LoopLM.Training",
        ],
    };

    /// <summary>Packages that a project below the server may not carry: the engine is tested without native libraries, runners know no web server.</summary>
    private static readonly Dictionary<string, string> s_forbiddenPackages = new()
    {
        ["LoopLM.Engine"] = "TorchSharp|libtorch|AspNetCore|Grpc",
        ["LoopLM.Jinja"] = "TorchSharp|libtorch|AspNetCore|Grpc",
        ["LoopLM.StructuredOutput"] = "TorchSharp|libtorch|AspNetCore|Grpc",
        ["LoopLM.Text"] = "TorchSharp|libtorch|AspNetCore|Grpc",
        ["LoopLM.Checkpoints"] = "TorchSharp|libtorch|AspNetCore|Grpc",
        ["LoopLM.Cpu"] = "TorchSharp|libtorch|AspNetCore|Grpc",
        ["LoopLM.Torch"] = "AspNetCore|Grpc",
        ["LoopLM.Models"] = "AspNetCore|Grpc",
        ["LoopLM.Training"] = "AspNetCore|Grpc",
    };

    public static TheoryData<string> Projects => [.. Directory.EnumerateDirectories(Source).Select(folder => Path.GetFileName(folder)!)];

    private static string Source => Path.Combine(TestData.Root, "src");

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectReferences_OfEveryProject_PointDown(string project) =>
        Assert.Subset(s_allowed[project].ToHashSet(), References(project).ToHashSet());

    [Fact]
    public void ProjectReferences_OfTheServer_DoNotReachTraining()
    {
        var reached = new HashSet<string>();
        Reach("LoopLM.Server");

        Assert.Contains("LoopLM.Torch", reached);
        Assert.DoesNotContain("LoopLM.Training", reached);

        void Reach(string project)
        {
            if (reached.Add(project))
            {
                References(project).ToList().ForEach(Reach);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void PackageReferences_OfEveryProject_StayInItsRoom(string project)
    {
        if (s_forbiddenPackages.TryGetValue(project, out var forbidden))
        {
            Assert.DoesNotContain(Items(project, "PackageReference"), package => Regex.IsMatch(package, forbidden));
        }
    }

    [Theory]
    [InlineData("LoopLM.Server")]
    [InlineData("LoopLM.Tools")]
    public void Sources_OfAnExecutable_OpenRunnersThroughModelsOnly(string project)
    {
        var naming = Directory.EnumerateFiles(Path.Combine(Source, project), "*.cs", SearchOption.AllDirectories)
            .Where(file => !IsBuilt(file) && Runner().IsMatch(File.ReadAllText(file)));

        Assert.Empty(naming);
    }

    private static bool IsBuilt(string file) =>
        file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal);

    private static IEnumerable<string> References(string project) =>
        Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path));

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Path.Combine(Source, project, project + ".csproj"))
            .Descendants(kind)
            .Select(item => item.Attribute("Include")!.Value.Replace('\\', '/'));

    [GeneratedRegex(@"\b(Torch|Cpu)(ModelRunner|RunnerFactory|RunnerOptions)\b")]
    private static partial Regex Runner();
}
