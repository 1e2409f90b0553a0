using LoopLM.Testing;

namespace LoopLM.Architecture.Tests;

/// <summary>The folders of a test project are those of the project that it tests.</summary>
public sealed class TestFolderTests
{
    /// <summary>Projects that test no single project.</summary>
    private static readonly string[] s_withoutSource = ["LoopLM.Architecture.Tests", "LoopLM.Deploy.Tests"];

    /// <summary>Folders without a counterpart, and why they have none.</summary>
    private static readonly Dictionary<string, string> s_ownFolders = new()
    {
        ["LoopLM.Engine.Tests/Execution/RandomOperations"] = "one test of everything in Execution, with an oracle of several files",
        ["LoopLM.Server.Tests/Allocation"] = "what a token of any endpoint allocates",
        ["LoopLM.Server.Tests/Clients"] = "libraries and programs of others that call the server",
        ["LoopLM.Server.Tests/Samples"] = "programs of the repository that embed the engine or call the server",
    };

    public static TheoryData<string> Projects =>
    [
        .. Directory.EnumerateDirectories(Path.Combine(TestData.Root, "tests"), "*.Tests")
            .Select(folder => Path.GetFileName(folder))
            .Except(s_withoutSource),
    ];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_OfATestProject_AreThoseOfItsProject(string project)
    {
        var folders = Files(SourceOf(project)).SelectMany(file => FolderAndParents(FolderOf(file))).ToHashSet();

        var others = Files(TestsOf(project)).Select(FolderOf).Distinct()
            .Where(folder => !folders.Contains(folder) && !s_ownFolders.ContainsKey($"{project}/{folder}"));

        Assert.Empty(others);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Tests_NamedForATypeOfTheProject_AreInTheFolderOfTheType(string project)
    {
        var types = Files(SourceOf(project)).ToLookup(file => TypeOf(file), FolderOf);

        var elsewhere =
            from file in Files(TestsOf(project))
            let name = TypeOf(file)
            where name.EndsWith("Tests", StringComparison.Ordinal)
            let folders = types[name[..^"Tests".Length]]
            where folders.Any() && !folders.Contains(FolderOf(file))
            select $"{file} belongs into {folders.First()}";

        Assert.Empty(elsewhere);
    }

    [Fact]
    public void OwnFolders_OfTheList_Exist() =>
        Assert.All(s_ownFolders.Keys, folder => Assert.True(Directory.Exists(Path.Combine(TestData.Root, "tests", folder)), folder));

    private static string TestsOf(string project) => Path.Combine(TestData.Root, "tests", project);

    /// <summary>The project that is tested, which is under <c>src</c>, or under <c>tests</c> where it is a tool for tests.</summary>
    private static string SourceOf(string project)
    {
        var name = project[..^".Tests".Length];
        var source = Path.Combine(TestData.Root, "src", name);
        return Directory.Exists(source) ? source : Path.Combine(TestData.Root, "tests", name);
    }

    /// <summary>The sources of a project, by their paths in it, with slashes.</summary>
    private static IEnumerable<string> Files(string project) =>
        Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(project, file).Replace('\\', '/'))
            .Where(file => file.Split('/')[0] is not ("obj" or "bin"));

    private static string FolderOf(string file) => file[..Math.Max(0, file.LastIndexOf('/'))];

    /// <summary>The name of a file without its ending, and without the parameters of a generic type.</summary>
    private static string TypeOf(string file) => Path.GetFileNameWithoutExtension(file).Split('{')[0];

    private static IEnumerable<string> FolderAndParents(string folder)
    {
        for (; folder.Length > 0; folder = FolderOf(folder))
        {
            yield return folder;
        }

        yield return "";
    }
}
