using LoopLM.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LoopLM.Architecture.Tests;

/// <summary>The project's C# files, without what a build generates.</summary>
internal static class SourceFiles
{
    /// <summary>The paths below some folders of the root, from the root and with forward slashes, in ordinal order.</summary>
    public static IEnumerable<string> Under(params IReadOnlyList<string> folders) =>
        from folder in folders
        from path in Directory.EnumerateFiles(Path.Combine(TestData.Root, folder), "*.cs", SearchOption.AllDirectories)
        let relative = Path.GetRelativePath(TestData.Root, path).Replace('\\', '/')
        where !relative.Split('/').Any(part => part is "bin" or "obj")
        orderby relative.ToUpperInvariant()
        select relative;

    public static string Read(string relative) => File.ReadAllText(Path.Combine(TestData.Root, relative));

    public static SyntaxNode Parse(string text) =>
        CSharpSyntaxTree.ParseText(text, CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview)).GetRoot();
}
