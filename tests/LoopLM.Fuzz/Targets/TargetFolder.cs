namespace LoopLM.Fuzz.Targets;

/// <summary>A folder for inputs that parsers read from files; it is gone afterwards.</summary>
internal sealed class TargetFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("looplm-fuzz-");

    /// <summary>Its path.</summary>
    public string Path => _folder.FullName;

    /// <summary>Puts an input into a file. Returns the file.</summary>
    public string Write(string name, byte[] input)
    {
        var path = this[name];
        File.WriteAllBytes(path, input);
        return path;
    }

    /// <summary>A file's path.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
