using System.Collections.Immutable;
using System.Runtime.InteropServices;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Safetensors;

namespace LoopLM.Training.Data;

/// <summary>
/// One file of tokenised documents: a safetensors file with <c>tokens</c> (I32), <c>targets</c>
/// (U8), <c>starts</c> (I32) and <c>kinds</c> (U8).
/// </summary>
public static class TokenShard
{
    /// <summary>Writes a shard; it appears under its name only when it is complete.</summary>
    public static void Write(string path, TokenSplit documents) => SafetensorsWriter.Write(path,
    [
        Named("tokens", ElementType.Int32, documents.Tokens),
        Named("targets", ElementType.UInt8, documents.IsTarget),
        Named("starts", ElementType.Int32, documents.Starts),
        Named("kinds", ElementType.UInt8, documents.Kinds),
    ]);

    /// <summary>Reads a shard.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabularySize">Every token id must be below it.</param>
    /// <param name="kinds">Every kind must be below it.</param>
    /// <exception cref="CheckpointException">The file cannot be used; the message lists every problem.</exception>
    public static TokenSplit Read(string path, int vocabularySize, int kinds)
    {
        using var file = SafetensorsFile.Open(path);
        var problems = new List<string>();
        var split = new TokenSplit(
            Values<int>(file, "tokens", ElementType.Int32, problems),
            Values<byte>(file, "targets", ElementType.UInt8, problems),
            Values<int>(file, "starts", ElementType.Int32, problems),
            Values<byte>(file, "kinds", ElementType.UInt8, problems));
        if (problems.Count == 0)
        {
            Check(split, vocabularySize, kinds, problems);
        }

        return problems.Count == 0 ? split : throw new CheckpointException(path, problems);
    }

    private static void Check(TokenSplit split, int vocabularySize, int kinds, List<string> problems)
    {
        if (split.Tokens.AsSpan().ContainsAnyExceptInRange(0, vocabularySize - 1))
        {
            problems.Add($"tokens holds an id outside 0..{vocabularySize - 1}");
        }

        if (split.IsTarget.Length != split.Tokens.Length || split.Kinds.Length != split.Starts.Length)
        {
            problems.Add(
                $"tokens and targets have {split.Tokens.Length} and {split.IsTarget.Length} elements, "
                    + $"starts and kinds {split.Starts.Length} and {split.Kinds.Length}; the two of each pair must have equal length");
        }

        var ascending = split.Starts.Length > 0 && split.Starts[0] == 0
            && split.Starts.Zip(split.Starts.Skip(1), (start, next) => start < next).All(rises => rises);
        if (!ascending || split.Starts[^1] >= split.Tokens.Length)
        {
            problems.Add($"starts must ascend from 0 to below {split.Tokens.Length}, the number of tokens");
        }

        if (split.Kinds.Any(kind => kind >= kinds))
        {
            problems.Add($"kinds holds a number outside 0..{kinds - 1}");
        }
    }

    private static NamedTensor Named<T>(string name, ElementType type, T[] values)
        where T : unmanaged =>
        new(name, type, ImmutableArray.Create((long)values.Length), MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    private static unsafe T[] Values<T>(SafetensorsFile file, string name, ElementType type, List<string> problems)
        where T : unmanaged
    {
        if (file.Tensors.TryGetValue(name, out var tensor) && tensor.ElementType == type && tensor.Shape.Length == 1)
        {
            return MemoryMarshal.Cast<byte, T>(new ReadOnlySpan<byte>(tensor.Data, checked((int)tensor.ByteCount))).ToArray();
        }

        problems.Add($"there must be a tensor '{name}' of one dimension and the type {type}");
        return [];
    }
}
