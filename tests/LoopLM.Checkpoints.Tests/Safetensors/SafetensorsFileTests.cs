using LoopLM.Checkpoints.Safetensors;

namespace LoopLM.Checkpoints.Tests.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "must rise and stay within the 4 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "must rise")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "does not fit its 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", 8, "does not fit its 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "shape contains -2")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}""", 8, "shape contains 1.5")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "data_offsets contains -8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", 8, "must have two")]
    [InlineData("""{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,8]}}""", 8, "dtype is 'F4'; it must be one of")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "dtype is missing")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "shape is missing")]
    [InlineData("""{"a":7}""", 0, "must be an object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""",
        12, "'b' begins at byte 4, inside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}""",
        20, "'b' begins at byte 12, with a gap after")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "1 bytes follow the last tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8, "not valid JSON")]
    [InlineData("""{"__metadata__":{"format":1}}""", 0, "__metadata__")]
    [InlineData("[]", 0, "must be an object")]
    [InlineData("{", 0, "not valid JSON")]
    public void Open_BrokenHeader_SaysWhatIsWrong(string header, int dataBytes, string expected)
    {
        var exception = Refuse(RawFile.Create(header, dataBytes));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16_777_217UL, "at most 16777216 are read")]
    [InlineData(ulong.MaxValue, "at most 16777216 are read")]
    [InlineData(100UL, "cut short")]
    public void Open_HeaderLengthBeyondBounds_SaysSo(ulong length, string expected) =>
        Assert.Contains(expected, Refuse(RawFile.Create("{}", 0, length)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("abc", "the file has 3 bytes")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "it is a Git LFS pointer")]
    [InlineData("Entry not found", "it is a text that begins with 'Entry no'")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0", "the header claims 0 bytes")]
    [InlineData("\n<!doctype html>\n<html><body>404</body></html>", "it is an HTML or XML page")]
    [InlineData("<?xml version=\"1.0\"?><Error>AccessDenied</Error>", "it is an HTML or XML page")]
    [InlineData("GGUF\u0003\0\0\0\0\0\0\0", "it is a GGUF file")]
    [InlineData("PK\u0003\u0004\0\0\u0008\u0008\0\0", "it is a zip archive")]
    [InlineData("\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j", "it is a Python pickle")]
    [InlineData("\u001f\u008b\u0008\0\u0001\u0002\u0003\u0004\u0005", "it is compressed with gzip")]
    public void Open_FileOfAnotherKind_IsNamed(string latin, string expected) =>
        Assert.Contains(expected, Refuse(System.Text.Encoding.Latin1.GetBytes(latin)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0x3C)]
    [InlineData(0x280)]
    public void Open_HeaderAsLongAsAnotherKindOfFileBegins_IsRead(int length)
    {
        var header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}".PadRight(length);
        File.WriteAllBytes(_folder["file"], RawFile.Create(header, 4));
        using var file = SafetensorsFile.Open(_folder["file"]);

        Assert.Single(file.Tensors);
    }

    [Theory]
    [InlineData("{\"__metadata__\":null}")]
    [InlineData("{\"__metadata__\":{\"format\":\"pt\"}}")]
    [InlineData("{\"a\":{\"shape\":[0],\"data_offsets\":[0,0],\"dtype\":\"F8_E4M3\"}}   ")]
    public void Open_HarmlessHeader_IsRead(string header)
    {
        File.WriteAllBytes(_folder["file"], RawFile.Create(header, 0));
        using var file = SafetensorsFile.Open(_folder["file"]);

        Assert.Equal(0, file.Tensors.Values.Sum(tensor => tensor.ByteCount));
    }

    [Fact]
    public void Open_SeveralProblems_ListsThemAll()
    {
        var exception = Refuse(
            RawFile.Create(
                """{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8));

        Assert.Equal(2, exception.Problems.Count);
    }

    [Fact]
    public void Open_Mutated_NeverFailsInAnotherWay()
    {
        var random = new Random(1);
        SafetensorsWriter.Write(
            _folder["valid"], [new NamedTensor("x", ElementType.Float32, [2, 3], new byte[24]),
                new NamedTensor("y", ElementType.BFloat16, [4], new byte[8])]);
        var valid = File.ReadAllBytes(_folder["valid"]);
        for (var round = 0; round < 3000; round++)
        {
            var mutated = valid.AsSpan(0, random.Next(8) == 0 ? random.Next(valid.Length) : valid.Length).ToArray();
            for (var i = random.Next(4); i >= 0 && mutated.Length > 0; i--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(_folder["mutated"], mutated);
            try
            {
                using var file = SafetensorsFile.Open(_folder["mutated"]);
                foreach (var tensor in file.Tensors.Values.Where(tensor => tensor.ElementType <= ElementType.Float16))
                {
                    tensor.CopyTo(new float[tensor.ElementCount]);
                }
            }
            catch (CheckpointException)
            {
                // The only way in which a broken file may fail.
            }
        }
    }

    [Fact]
    public void CopyTo_EveryFloatingType_Widens()
    {
        SafetensorsWriter.Write(_folder["types"],
        [
            new NamedTensor("f32", ElementType.Float32, [1], BitConverter.GetBytes(1.5f)),
            new NamedTensor("bf16", ElementType.BFloat16, [2], new byte[] { 0xC0, 0x3F, 0x20, 0xC0 }),
            new NamedTensor("f16", ElementType.Float16, [1], BitConverter.GetBytes((Half)1.5f)),
            new NamedTensor("scalar", ElementType.Float32, [], BitConverter.GetBytes(7f)),
        ]);
        using var file = SafetensorsFile.Open(_folder["types"]);

        var values = new[] { "f32", "bf16", "f16", "scalar" }.SelectMany(name =>
        {
            var copy = new float[file.Tensors[name].ElementCount];
            file.Tensors[name].CopyTo(copy);
            return copy;
        });

        Assert.Equal([1.5f, 1.5f, -2.5f, 1.5f, 7f], values);
    }

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Float16)]
    public void CopyTo_Part_WidensThatPartAndRefusesWhatReachesBeyond(ElementType type)
    {
        byte[] data = type switch
        {
            ElementType.Float32 => [.. new[] { 1f, 2f, 4f }.SelectMany(BitConverter.GetBytes)],
            ElementType.BFloat16 => [0x80, 0x3F, 0x00, 0x40, 0x80, 0x40],
            _ => [.. new[] { (Half)1, (Half)2, (Half)4 }.SelectMany(BitConverter.GetBytes)],
        };
        SafetensorsWriter.Write(_folder["part"], [new NamedTensor("x", type, [3], data)]);
        using var file = SafetensorsFile.Open(_folder["part"]);
        var part = new float[2];

        file.Tensors["x"].CopyTo(1, part);

        Assert.Equal([2, 4], part);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Tensors["x"].CopyTo(2, part));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Tensors["x"].CopyTo(-1, part));
    }

    [Fact]
    public void Write_WrongSize_Throws() =>
        Assert.Throws<ArgumentException>(() =>
            SafetensorsWriter.Write(_folder["x"], [new NamedTensor("x", ElementType.Float32, [2], new byte[4])]));

    private CheckpointException Refuse(byte[] bytes)
    {
        File.WriteAllBytes(_folder["broken"], bytes);
        return Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder["broken"]));
    }
}
