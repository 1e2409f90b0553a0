using System.Buffers.Binary;
using System.Text.Json;
using LoopLM.Checkpoints.Files;

namespace LoopLM.Checkpoints.Safetensors;

/// <summary>Writes safetensors files.</summary>
public static class SafetensorsWriter
{
    // A cache line.
    private const int Alignment = 64;

    /// <summary>Writes tensors in the given order. The file appears under its name only when it is complete.</summary>
    /// <exception cref="ArgumentException">A tensor has more or fewer bytes than its shape requires, or two have one name.</exception>
    public static void Write(string path, IReadOnlyList<NamedTensor> tensors)
    {
        var header = CreateHeader(tensors);
        AtomicFile.Write(path, file =>
        {
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            file.Write(length);
            file.Write(header);
            foreach (var tensor in tensors)
            {
                file.Write(tensor.Data.Span);
            }
        });
    }

    /// <summary>The header, padded with spaces so that the data is aligned.</summary>
    private static byte[] CreateHeader(IReadOnlyList<NamedTensor> tensors)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            var names = new HashSet<string>();
            var offset = 0L;
            json.WriteStartObject();
            foreach (var tensor in tensors)
            {
                var bytes = tensor.Shape.Aggregate((long)ElementTypes.SizeOf(tensor.ElementType), (product, dimension) =>
                    checked(product * dimension));
                if (bytes != tensor.Data.Length || !names.Add(tensor.Name))
                {
                    throw new ArgumentException(
                        $"Tensor '{tensor.Name}' has {tensor.Data.Length} bytes, its shape requires {bytes}; and names must differ.",
                        nameof(tensors));
                }

                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", ElementTypes.NameOf(tensor.ElementType));
                WriteNumbers(json, "shape", [.. tensor.Shape]);
                WriteNumbers(json, "data_offsets", [offset, offset + bytes]);
                json.WriteEndObject();
                offset += bytes;
            }

            json.WriteEndObject();
        }

        while ((sizeof(ulong) + buffer.Length) % Alignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
