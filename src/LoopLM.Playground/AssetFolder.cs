using System.Security.Cryptography;
using System.Text;

namespace LoopLM.Playground;

/// <summary>
/// The files that the playground consists of. Pages are read anew when they have changed. All other files have the hash of them all in
/// their address, so a browser keeps them for ever, and a module finds another by a relative path.
/// </summary>
internal sealed class AssetFolder
{
    /// <summary>What is in the pages for the hash.</summary>
    private const string HashMark = "{hash}";

    private const string Resources = "Assets/";

    private AssetFolder(IReadOnlyList<(string Path, byte[] Content)> files)
    {
        Hash = HashOf(files.Where(file => !IsPage(file.Path)));
        Pages = [.. files.Where(file => IsPage(file.Path)).Select(page => new Asset(page.Path, WithHash(page.Content)))];
        Assets = [.. files.Where(file => !IsPage(file.Path)).Select(file => new Asset(file.Path, file.Content))];
    }

    /// <summary>The files that are embedded in this assembly.</summary>
    public static AssetFolder Embedded { get; } = new(ReadEmbedded());

    /// <summary>The hash of all files but the pages: 16 hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>The HTML pages.</summary>
    public IReadOnlyList<Asset> Pages { get; }

    /// <summary>All other files.</summary>
    public IReadOnlyList<Asset> Assets { get; }

    private static bool IsPage(string path) => path.EndsWith(".html", StringComparison.Ordinal);

    private static List<(string Path, byte[] Content)> ReadEmbedded()
    {
        var assembly = typeof(AssetFolder).Assembly;
        return
        [
            .. from name in assembly.GetManifestResourceNames()
               where name.StartsWith(Resources, StringComparison.Ordinal)
               orderby name
               select (name[Resources.Length..], Read(name)),
        ];

        byte[] Read(string name)
        {
            using var resource = assembly.GetManifestResourceStream(name)!;
            var content = new byte[resource.Length];
            resource.ReadExactly(content);
            return content;
        }
    }

    private static string HashOf(IEnumerable<(string Path, byte[] Content)> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, content) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n{content.Length}\n"));
            hash.AppendData(content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    private byte[] WithHash(byte[] page) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(page).Replace(HashMark, Hash, StringComparison.Ordinal));
}
