using System.Text.Json;
using LoopLM.Checkpoints.Json;
using LoopLM.Checkpoints.Safetensors;

namespace LoopLM.Checkpoints;

/// <summary>Finds and opens the weight files of a folder.</summary>
internal static class WeightFiles
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";
    private const int MaxIndexBytes = 16 << 20;

    /// <summary>Opens the single file or else every shard of the index. Problems name the file.</summary>
    public static List<SafetensorsFile> Open(string folder, List<string> problems)
    {
        var files = new List<SafetensorsFile>();
        if (File.Exists(Path.Combine(folder, SingleFile)))
        {
            TryOpen(folder, SingleFile, files, problems);
        }
        else if (File.Exists(Path.Combine(folder, IndexFile)))
        {
            OpenShards(folder, files, problems);
        }
        else
        {
            problems.Add($"neither {SingleFile} nor {IndexFile} is there; only safetensors are read. {WhatIsThere(folder)}");
        }

        return files;
    }

    /// <summary>The files of weights that are in a folder, for whoever looks for the right ones.</summary>
    private static string WhatIsThere(string folder)
    {
        const int MaxNamed = 4;
        string[] endings = [".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".h5", ".msgpack", ".onnx"];
        var names = Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path))
            .Where(name => endings.Contains(Path.GetExtension(name))).Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? "The folder holds no weights"
            : $"The folder holds {string.Join(", ", names.Take(MaxNamed))}{(names.Count > MaxNamed ? " and more" : "")}; "
                + "save the model with save_pretrained and safe_serialization=True";
    }

    private static SafetensorsFile? TryOpen(string folder, string name, List<SafetensorsFile> files, List<string> problems)
    {
        try
        {
            var file = SafetensorsFile.Open(Path.Combine(folder, name));
            files.Add(file);
            return file;
        }
        catch (CheckpointException exception)
        {
            problems.AddRange(exception.Problems.Select(problem => $"{name}: {problem}"));
            return null;
        }
    }

    private static void OpenShards(string folder, List<SafetensorsFile> files, List<string> problems)
    {
        var shards = ReadIndex(folder, problems);
        foreach (var shard in shards.GroupBy(entry => entry.Value, entry => entry.Key))
        {
            if (IsFileOf(folder, shard.Key) is { } fault)
            {
                problems.Add($"{IndexFile} names the file '{shard.Key}', {fault}");
            }
            else if (TryOpen(folder, shard.Key, files, problems) is { } file)
            {
                var listed = shard.ToHashSet();
                listed.RemoveWhere(ComputedBuffers.Contain);
                problems.AddRange(
                    listed.Except(file.Tensors.Keys)
                        .Select(name => $"{shard.Key} lacks the tensor '{name}' that {IndexFile} places there"));
                problems.AddRange(file.Tensors.Keys.Except(listed).Where(name => !ComputedBuffers.Contain(name)).Select(
                    name => $"{shard.Key} holds the tensor '{name}' that {IndexFile} does not place there"));
            }
        }
    }

    /// <summary>What is wrong with a shard's name. It must be a plain file of the folder: an index must not reach elsewhere.</summary>
    private static string? IsFileOf(string folder, string name)
    {
        if (name is "" or "." or ".." || name != Path.GetFileName(name) || name.Contains('\\') || name.Contains(':')
            || name.Contains('\0') || !name.EndsWith(".safetensors", StringComparison.Ordinal))
        {
            return "which is not the plain name of a safetensors file in the folder";
        }

        var path = new FileInfo(Path.Combine(folder, name));
        return path.Exists ? null : "which is not there";
    }

    private static Dictionary<string, string> ReadIndex(string folder, List<string> problems)
    {
        var map = new Dictionary<string, string>();
        var faults = new List<string>();
        StrictJson.ReadFile(Path.Combine(folder, IndexFile), MaxIndexBytes, faults, index =>
        {
            if (!index.TryGetProperty("weight_map", out var entries)
                || entries.ValueKind != JsonValueKind.Object
                || entries.EnumerateObject().Any(entry => entry.Value.ValueKind != JsonValueKind.String))
            {
                faults.Add("it has no weight_map from tensor names to file names");
                return;
            }

            foreach (var entry in entries.EnumerateObject())
            {
                map.Add(entry.Name, entry.Value.GetString()!);
            }

            if (map.Count == 0)
            {
                faults.Add("its weight_map names no tensor");
            }
        });
        problems.AddRange(faults.Select(fault => $"{IndexFile}: {fault}"));
        return map;
    }
}
