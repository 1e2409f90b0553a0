using Xunit;

namespace LoopLM.Testing;

/// <summary>Where tests find their data: fixtures of the project, and the optional folder of shared data beside it.</summary>
public static class TestData
{
    /// <summary>The repository's root: the closest folder above the test's binaries that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file or folder under <c>tests/fixtures</c>.</summary>
    public static string Fixture(params ReadOnlySpan<string> path) =>
        Path.Combine([Root, "tests", "fixtures", .. path]);

    /// <summary>A file or folder of the shared data beside the repository; skips the test where it is absent.</summary>
    public static string SharedOrSkip(params ReadOnlySpan<string> path)
    {
        var full = Path.GetFullPath(Path.Combine([Root, "..", "shared", .. path]));
        Assert.SkipUnless(Path.Exists(full), $"{Path.Combine(path)} is not in a folder 'shared' beside the repository");
        return full;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LoopLM.Server.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No LoopLM.Server.sln above {AppContext.BaseDirectory}");
    }
}
