using System.Collections.Immutable;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Checkpoints.Packing;
using LoopLM.Checkpoints.Safetensors;

namespace LoopLM.Checkpoints;

/// <summary>
/// A model's folder: <c>config.json</c> and its weights, <c>model.safetensors</c> or, where that is absent, the shards that
/// <c>model.safetensors.index.json</c> names. Weights are memory-mapped; nothing but safetensors is ever read.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    private readonly List<SafetensorsFile> _files;

    private Checkpoint(string folder, ModelConfig config, List<SafetensorsFile> files)
    {
        Folder = folder;
        Config = config;
        _files = files;
        var tensors = files.SelectMany(file => file.Tensors).ToLookup(tensor => ComputedBuffers.Contain(tensor.Key));
        Tensors = tensors[false].ToDictionary();
        SkippedTensors = [.. tensors[true].Select(tensor => tensor.Key).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>What its <c>config.json</c> says.</summary>
    public ModelConfig Config { get; }

    /// <summary>
    /// Exactly the tensors that the configuration requires, by name, in float32, bfloat16 or float16; packed ones in bytes.
    /// </summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>The files of its weights.</summary>
    public IReadOnlyList<SafetensorsFile> Files => _files;

    /// <summary>Names of the tensors in the files that no model reads, because it computes them itself; in ordinal order.</summary>
    public IReadOnlyList<string> SkippedTensors { get; }

    /// <summary>A tensor by name.</summary>
    public SafetensorsTensor this[string name] => Tensors[name];

    /// <summary>Opens a checkpoint. It takes milliseconds whatever its size: weights are read when they are used.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="contextLength">Most positions of a sequence, where they are to be fewer than the configuration allows.</param>
    /// <exception cref="CheckpointException">
    /// It cannot be used; the message lists every problem of the weights, or of the configuration.
    /// </exception>
    public static Checkpoint Open(string folder, int? contextLength = null)
    {
        if (!Directory.Exists(folder))
        {
            throw new CheckpointException(folder, File.Exists(folder)
                ? "it is a file; name the folder that holds config.json and the weights"
                : "there is no such folder");
        }

        var config = ModelConfig.Load(Path.Combine(folder, "config.json"));
        var problems = new List<string>();
        var files = WeightFiles.Open(folder, problems);
        CheckTensors(config, files, problems);
        if (contextLength > config.ContextLength)
        {
            problems.Add(
                $"the context length is set to {contextLength}; "
                    + $"it must be at most max_position_embeddings, which is {config.ContextLength}");
        }

        if (problems.Count == 0)
        {
            return new Checkpoint(folder, config with { ContextLength = contextLength ?? config.ContextLength }, files);
        }

        files.ForEach(file => file.Dispose());
        throw new CheckpointException(folder, problems);
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private static void CheckTensors(ModelConfig config, List<SafetensorsFile> files, List<string> problems)
    {
        if (files.Count == 0)
        {
            return;
        }

        var found = new Dictionary<string, SafetensorsTensor>();
        foreach (var (name, tensor) in files.SelectMany(file => file.Tensors).Where(tensor => !ComputedBuffers.Contain(tensor.Key)))
        {
            if (!found.TryAdd(name, tensor))
            {
                problems.Add($"tensor '{name}' is in two files");
            }
        }

        var missing = new List<string>();
        foreach (var (name, shape) in config.Tensors)
        {
            if (!found.Remove(name, out var tensor))
            {
                missing.Add($"'{name}' of shape [{string.Join(", ", shape)}]");
                continue;
            }

            var packed = config.IsPackable(name) ? config.PackedWeights : null;
            ImmutableArray<long> stored = packed is { } type
                ? new PackedLayout(type, checked((int)shape[0]), checked((int)shape[1])).Shape
                : shape;
            if (!tensor.Shape.SequenceEqual(stored))
            {
                problems.Add(
                    $"tensor '{name}' has the shape [{string.Join(", ", tensor.Shape)}]; "
                    + $"config.json requires [{string.Join(", ", stored)}]");
            }

            ImmutableArray<ElementType> types = packed is null ? ModelConfig.WeightTypes : [ElementType.UInt8];
            if (!types.Contains(tensor.ElementType))
            {
                problems.Add(
                    $"tensor '{name}' is {ElementTypes.NameOf(tensor.ElementType)}; "
                        + $"weights must be {string.Join(", ", types.Select(ElementTypes.NameOf))}");
            }
        }

        AddNames(problems, "missing", missing);
        AddNames(problems, "not part of the model that config.json describes", [.. found.Keys.Select(name => $"'{name}'")]);
    }

    /// <summary>
    /// Adds one problem for all tensors that have it: one cause, such as another prefix of all names, concerns many of them.
    /// </summary>
    private static void AddNames(List<string> problems, string what, List<string> tensors)
    {
        const int MaxNamed = 3;
        if (tensors.Count > 0)
        {
            var (start, verb) = tensors.Count == 1 ? ("tensor", "is") : ($"{tensors.Count} tensors:", "are");
            var names = string.Join(", ", tensors.Take(MaxNamed)) + (tensors.Count > MaxNamed ? " and more" : "");
            problems.Add($"{start} {names} {verb} {what}. config.json and weights must be of the same model");
        }
    }
}
