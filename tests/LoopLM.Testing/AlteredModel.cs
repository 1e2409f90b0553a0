using System.Globalization;
using System.Text.Json.Nodes;

namespace LoopLM.Testing;

/// <summary>The bundled byte model in a folder of its own, whose files a test may alter; it is gone after the test.</summary>
public sealed class AlteredModel : IDisposable
{
    public const string LfsPointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\nsize 2860000\n";
    public const string HtmlPage = "<!DOCTYPE html>\n<html><head><title>Not found</title></head></html>\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("looplm-altered-");

    public AlteredModel()
    {
        foreach (var file in (string[])["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"])
        {
            File.Copy(Path.Combine(TestData.Root, "models", "looplm-bytes", file), this[file]);
        }
    }

    public string Folder => _folder.FullName;

    /// <summary>The setting that serves it.</summary>
    public string Setting => $"--Model:Path={Folder}";

    /// <summary>A file's path.</summary>
    public string this[string file] => Path.Combine(Folder, file);

    /// <summary>Puts a text in the place of a file.</summary>
    public AlteredModel Write(string file, string text)
    {
        File.Delete(this[file]);
        File.WriteAllText(this[file], text);
        return this;
    }

    /// <summary>Puts bytes in the place of a file.</summary>
    public AlteredModel Write(string file, ReadOnlySpan<byte> bytes)
    {
        File.Delete(this[file]);
        File.WriteAllBytes(this[file], bytes);
        return this;
    }

    /// <summary>Removes a file.</summary>
    public AlteredModel Remove(string file)
    {
        File.Delete(this[file]);
        return this;
    }

    /// <summary>Sets a member of a JSON file; null in C# removes it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">The names of the member and of what it is in, with dots between.</param>
    /// <param name="value">The value in JSON.</param>
    public AlteredModel Set(string file, string path, string? value)
    {
        var json = JsonNode.Parse(File.ReadAllText(this[file]))!;
        var names = path.Split('.');
        var parent = names[..^1].Aggregate(
            json, (node, name) => int.TryParse(name, CultureInfo.InvariantCulture, out var index) ? node[index]! : node[name]!);
        if (parent is JsonArray list)
        {
            list[int.Parse(names[^1], CultureInfo.InvariantCulture)] = JsonNode.Parse(value!);
        }
        else
        {
            parent.AsObject().Remove(names[^1]);
            if (value is not null)
            {
                parent.AsObject().Add(names[^1], JsonNode.Parse(value));
            }
        }

        return Write(file, json.ToJsonString());
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
