using System.Buffers.Binary;
using System.Text;

namespace LoopLM.Checkpoints.Tests.Safetensors;

/// <summary>Safetensors files byte by byte, right or wrong.</summary>
internal static class RawFile
{
    public static byte[] Create(string header, int dataBytes, ulong? headerLength = null)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, headerLength ?? (ulong)json.Length);
        json.CopyTo(file, 8);
        return file;
    }
}
