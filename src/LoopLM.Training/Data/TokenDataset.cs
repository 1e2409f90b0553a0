using System.Text.Json;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Files;

namespace LoopLM.Training.Data;

/// <summary>A folder of tokenised documents: <c>dataset.json</c>, <c>tokenizer.json</c> and the shards of each split.</summary>
public sealed record TokenDataset
{
    /// <summary>Name of the file that describes the folder.</summary>
    public const string FileName = "dataset.json";

    private static readonly JsonSerializerOptions s_format =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Every token id is below it.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Names of the kinds of documents.</summary>
    public required IReadOnlyList<string> Kinds { get; init; }

    /// <summary>Names of the files of the training split, in order.</summary>
    public required IReadOnlyList<string> Train { get; init; }

    /// <summary>Names of the files of the held-out split, in order.</summary>
    public required IReadOnlyList<string> HeldOut { get; init; }

    /// <summary>Reads the description in a folder.</summary>
    /// <exception cref="CheckpointException">It is missing or malformed.</exception>
    public static TokenDataset Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return JsonSerializer.Deserialize<TokenDataset>(File.ReadAllBytes(path), s_format)!;
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            throw new CheckpointException(path, exception.Message);
        }
    }

    /// <summary>Writes the description into a folder.</summary>
    public void Save(string folder) =>
        AtomicFile.Write(Path.Combine(folder, FileName), file => JsonSerializer.Serialize(file, this, s_format));

    /// <summary>Reads some of the files as one split.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="shards"><see cref="Train"/> or <see cref="HeldOut"/>.</param>
    /// <exception cref="CheckpointException">A file cannot be used.</exception>
    public TokenSplit Read(string folder, IReadOnlyList<string> shards)
    {
        var parts = shards.Select(name => TokenShard.Read(Path.Combine(folder, Path.GetFileName(name)), VocabularySize, Kinds.Count))
            .ToList();
        var starts = new List<int>();
        var offset = 0;
        foreach (var part in parts)
        {
            var before = offset;
            starts.AddRange(part.Starts.Select(start => start + before));
            offset += part.Tokens.Length;
        }

        return new(Join(part => part.Tokens), Join(part => part.IsTarget), [.. starts], Join(part => part.Kinds));

        T[] Join<T>(Func<TokenSplit, T[]> values)
        {
            var joined = new T[parts.Sum(part => values(part).Length)];
            var end = 0;
            foreach (var part in parts)
            {
                values(part).CopyTo(joined, end);
                end += values(part).Length;
            }

            return joined;
        }
    }
}
