namespace LoopLM.Checkpoints.Json;

/// <summary>Places in a text of JSON.</summary>
internal static class JsonPlace
{
    /// <summary>The place as messages have it: line and byte within it, both from 1.</summary>
    public static string At(ReadOnlySpan<byte> json, int offset)
    {
        var before = json[..offset];
        return $"line {before.Count((byte)'\n') + 1}, byte {offset - before.LastIndexOf((byte)'\n')}";
    }

    /// <summary>The offset of a byte in a line, both from 0; at most the length.</summary>
    public static int OffsetOf(ReadOnlySpan<byte> json, long line, long position)
    {
        var start = 0;
        for (; line > 0 && json[start..].IndexOf((byte)'\n') is >= 0 and var end; line--)
        {
            start += end + 1;
        }

        return (int)Math.Min(start + position, json.Length);
    }
}
