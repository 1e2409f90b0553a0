using System.Security.Cryptography;

namespace LoopLM.Fuzz.Fuzzing;

/// <summary>Inputs in files, of which others are made: examples, and what once broke something.</summary>
internal static class Corpus
{
    /// <summary>Reads the inputs of a target, in the order of their names.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public static List<byte[]> Read(string folder, string target)
    {
        var path = Path.Combine(folder, target);
        var inputs = Directory.Exists(path)
            ? Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList()
            : [];
        return inputs.Count > 0 ? inputs : throw new InvalidOperationException($"{path} holds no inputs; there must be one at least.");
    }

    /// <summary>Writes an input into a file that is named by what is in it. Returns the file.</summary>
    public static string Write(string folder, string target, byte[] input)
    {
        var path = Path.Combine(folder, target);
        Directory.CreateDirectory(path);
        var file = Path.Combine(path, Convert.ToHexStringLower(SHA256.HashData(input))[..16]);
        File.WriteAllBytes(file, input);
        return file;
    }
}
