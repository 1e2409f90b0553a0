using System.Collections.Immutable;
using System.Text.Json;
using LoopLM.Checkpoints.Json;

namespace LoopLM.Checkpoints.Safetensors;

/// <summary>
/// Reads the JSON header of a safetensors file: a map from tensor name to dtype, shape and data_offsets, and string metadata.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>Reads and checks a header.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="dataLength">Bytes of the file after the header.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    /// <returns>The tensors that are described well, by rising offset.</returns>
    public static List<TensorEntry> Read(ReadOnlyMemory<byte> json, long dataLength, List<string> problems)
    {
        var entries = new List<TensorEntry>();
        var before = problems.Count;
        StrictJson.Read(json, problems, header =>
        {
            foreach (var property in header.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                {
                    CheckMetadata(property.Value, problems);
                }
                else if (TryReadEntry(property, dataLength, problems) is { } entry)
                {
                    entries.Add(entry);
                }
            }
        });

        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        if (problems.Count == before)
        {
            CheckCoverage(entries, dataLength, problems);
        }

        return entries;
    }

    private static void CheckMetadata(JsonElement metadata, List<string> problems)
    {
        if (metadata.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        if (metadata.ValueKind != JsonValueKind.Object
            || metadata.EnumerateObject().Any(entry => entry.Value.ValueKind != JsonValueKind.String))
        {
            problems.Add("__metadata__ must map strings to strings");
        }
    }

    private static TensorEntry? TryReadEntry(JsonProperty property, long dataLength, List<string> problems)
    {
        var before = problems.Count;
        void Problem(string what) => problems.Add($"tensor '{property.Name}': {what}");

        if (property.Value.ValueKind != JsonValueKind.Object)
        {
            Problem("its description must be an object");
            return null;
        }

        var type = default(ElementType);
        if (!property.Value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String)
        {
            Problem("dtype is missing");
        }
        else if (!ElementTypes.TryParse(dtype.GetString()!, out type))
        {
            Problem($"dtype is '{dtype.GetString()}'; it must be one of {string.Join(", ", ElementTypes.Names)}");
        }

        var shape = ReadNumbers(property.Value, "shape", Problem);
        var offsets = ReadNumbers(property.Value, "data_offsets", Problem);
        if (problems.Count > before)
        {
            return null;
        }

        if (offsets is not [var begin, var end])
        {
            Problem($"data_offsets has {offsets.Length} numbers; it must have two");
            return null;
        }

        if (begin > end || end > dataLength)
        {
            Problem($"data_offsets is [{begin}, {end}]; it must rise and stay within the {dataLength} bytes after the header");
        }
        else if (!TryGetByteCount(shape, type, out var bytes) || bytes != end - begin)
        {
            Problem($"shape [{string.Join(", ", shape)}] of {ElementTypes.NameOf(type)} does not fit its {end - begin} bytes");
        }

        return problems.Count > before ? null : new TensorEntry(property.Name, type, shape, begin, end);
    }

    private static ImmutableArray<long> ReadNumbers(JsonElement entry, string field, Action<string> problem)
    {
        var numbers = ImmutableArray.CreateBuilder<long>();
        if (!entry.TryGetProperty(field, out var array) || array.ValueKind != JsonValueKind.Array)
        {
            problem($"{field} is missing");
            return [];
        }

        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out var number) || number < 0)
            {
                problem($"{field} contains {element.GetRawText()}; it must hold integers from 0");
                return [];
            }

            numbers.Add(number);
        }

        return numbers.ToImmutable();
    }

    private static bool TryGetByteCount(ImmutableArray<long> shape, ElementType type, out long bytes)
    {
        var product = (Int128)ElementTypes.SizeOf(type);
        foreach (var dimension in shape)
        {
            product *= dimension;
            if (product > long.MaxValue)
            {
                bytes = 0;
                return false;
            }
        }

        bytes = (long)product;
        return true;
    }

    /// <summary>The tensors must cover the data without overlap or gap, so that no byte has two meanings or none.</summary>
    private static void CheckCoverage(List<TensorEntry> entries, long dataLength, List<string> problems)
    {
        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != end)
            {
                problems.Add(
                    $"tensor '{entry.Name}' begins at byte {entry.Begin}, "
                        + $"{(entry.Begin < end ? "inside" : "with a gap after")} the tensor that ends at {end}");
            }

            end = Math.Max(end, entry.End);
        }

        if (end != dataLength)
        {
            problems.Add($"{dataLength - end} bytes follow the last tensor; there must be none");
        }
    }
}
