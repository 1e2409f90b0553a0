using System.Text;

namespace LoopLM.Checkpoints;

/// <summary>Recognises what often lies where a file of a checkpoint should be, by its first bytes.</summary>
public static class ForeignFile
{
    /// <summary>Bytes that are looked at, at most.</summary>
    private const int Looked = 512;

    private static readonly string[] s_markup = ["<!doctype", "<html", "<head", "<body", "<?xml", "<!--"];

    /// <summary>
    /// What a file is instead of a checkpoint's, and what to do; null for a file that may be the right one, or that cannot be read.
    /// </summary>
    public static string? Recognise(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var start = new byte[Looked];
            return Recognise(start.AsSpan(0, file.ReadAtLeast(start, Looked, throwOnEndOfStream: false)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="Recognise(string)"/>
    /// <param name="bytes">The file from its start, all of it or some.</param>
    public static string? Recognise(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, Looked)];
        return bytes.IsEmpty ? "it is empty. Download it again"
            : bytes.StartsWith("version https://git-lfs"u8)
                ? "it is a Git LFS pointer, not the file itself. Run 'git lfs pull' in its folder, or download it"
            : bytes.StartsWith("GGUF"u8) ? "it is a GGUF file, which is not read. Use the model's safetensors"
            : bytes.StartsWith("PK\u0003\u0004"u8)
                ? "it is a zip archive, such as PyTorch writes, which is not read. Use the model's safetensors"
            : bytes.StartsWith((ReadOnlySpan<byte>)[0x80, 2]) ? "it is a Python pickle, which is not read. Use the model's safetensors"
            : bytes.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? "it is compressed with gzip. Unpack it"
            : IsMarkup(bytes) ? "it is an HTML or XML page, such as a failed download leaves. Download it again"
            : null;
    }

    private static bool IsMarkup(ReadOnlySpan<byte> bytes)
    {
        // A chat template may begin with another mark than these.
        var text = Encoding.Latin1.GetString(bytes).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n');
        return s_markup.Any(start => text.StartsWith(start, StringComparison.OrdinalIgnoreCase));
    }
}
