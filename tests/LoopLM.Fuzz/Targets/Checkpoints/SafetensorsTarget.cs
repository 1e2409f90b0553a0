using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Fuzz.Fuzzing;

namespace LoopLM.Fuzz.Targets.Checkpoints;

/// <summary>
/// Headers of safetensors files. A file is refused by the one exception, or every tensor lies in it, has the size of its shape and can be
/// read. The first eight bytes of an input, which are the header's length, are put right unless they begin with 0xFF, and so is, unless the
/// last byte is 0xFF, the length of the data: most mutations would end there.
/// </summary>
internal sealed unsafe partial class SafetensorsTarget : FuzzTarget
{
    private readonly TargetFolder _folder = new();

    /// <inheritdoc/>
    public override string Name => "safetensors";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Dictionary { get; } =
        ["\"dtype\":", "\"shape\":", "\"data_offsets\":", "\"__metadata__\":", "\"F32\"", "\"BF16\"",
            "\"F16\"", "\"I64\"", "\"U8\"", "\"BOOL\"", "[0,4]", "[4,8]", "[1]", "[2,0]", "[]"];

    /// <inheritdoc/>
    public override bool Check(byte[] input)
    {
        var path = _folder.Write("model.safetensors", WithLength(input));
        try
        {
            using var file = SafetensorsFile.Open(path);
            Read(file, new FileInfo(path).Length);
            return true;
        }
        catch (CheckpointException exception)
        {
            Messages.Check(exception.Problems);
            return false;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    private static byte[] WithLength(byte[] input)
    {
        // The header is JSON that ends in a brace; the data after it are whatever is there, or zeros.
        var end = input.AsSpan().LastIndexOf((byte)'}') + 1;
        if (end <= sizeof(ulong) || input[0] == 0xFF)
        {
            return input;
        }

        var header = input[sizeof(ulong)..end];
        var data = input[end..];
        if (input[^1] != 0xFF
            && OffsetsEnd().Matches(Encoding.Latin1.GetString(header)).Select(match =>
                int.Parse(match.Groups["end"].Value, CultureInfo.InvariantCulture)).DefaultIfEmpty().Max() is > 0 and var length)
        {
            Array.Resize(ref data, length);
        }

        return [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. data];
    }

    private static void Read(SafetensorsFile file, long length)
    {
        var bytes = 0L;
        foreach (var (name, tensor) in file.Tensors)
        {
            var elements = tensor.Shape.Aggregate((Int128)1, (product, dimension) => product * dimension);
            FuzzException.Require(
                elements == tensor.ElementCount, "a tensor has the size of its shape", $"'{name}' has {tensor.ElementCount} elements");
            FuzzException.Require(tensor.Name == name, "a tensor knows its name", name);
            var sum = 0;
            foreach (var value in new ReadOnlySpan<byte>(tensor.Data, (int)tensor.ByteCount))
            {
                sum += value;
            }

            bytes += tensor.ByteCount;
            if (tensor.ElementType is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16)
            {
                tensor.CopyTo(new float[tensor.ElementCount]);
            }
        }

        FuzzException.Require(
            bytes <= length - sizeof(ulong), "the tensors lie in the file", $"they have {bytes} bytes, the file {length}");
    }

    [GeneratedRegex(@"data_offsets"":\s*\[\s*\d+\s*,\s*(?<end>\d{1,5})\s*\]")]
    private static partial Regex OffsetsEnd();
}
