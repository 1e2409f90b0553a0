namespace LoopLM.Deploy.Tests;

/// <summary>The folder <c>deploy</c>.</summary>
internal static class DeployFolder
{
    /// <summary>The path of a file or folder in it.</summary>
    public static string PathOf(params ReadOnlySpan<string> path) => Path.Combine([TestData.Root, "deploy", .. path]);

    /// <summary>The text of a file in it.</summary>
    public static string Read(params ReadOnlySpan<string> path) => File.ReadAllText(PathOf(path));
}
