using System.Text.Json;

namespace LoopLM.Checkpoints.Json;

/// <summary>Reads JSON objects of bounded size from untrusted files. Whatever is wrong with the text becomes a problem.</summary>
internal static class StrictJson
{
    private const int MaxDepth = 32;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads a file that holds one JSON object.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">A longer file is not read.</param>
    /// <param name="problems">Receives what is wrong.</param>
    /// <param name="read">Takes what it wants from the object.</param>
    public static void ReadFile(string path, int maxBytes, List<string> problems, Action<JsonElement> read)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > maxBytes)
            {
                problems.Add($"it has {length} bytes; at most {maxBytes} are read");
                return;
            }

            var bytes = File.ReadAllBytes(path);
            if (ForeignFile.Recognise(bytes) is { } foreign)
            {
                problems.Add(foreign);
                return;
            }

            Read(bytes.AsMemory(bytes.AsSpan().StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0), problems, read);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Add(CheckpointException.FileMissing);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(exception.Message);
        }
    }

    /// <summary>Reads one JSON object.</summary>
    public static void Read(ReadOnlyMemory<byte> json, List<string> problems, Action<JsonElement> read)
    {
        if (JsonSyntax.FindProblem(json.Span, MaxDepth) is { } problem)
        {
            problems.Add($"it is not valid JSON: {problem}");
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                read(document.RootElement);
            }
            else
            {
                problems.Add($"it is a JSON {document.RootElement.ValueKind}; it must be an object");
            }
        }
        catch (InvalidOperationException)
        {
            // The parser leaves such texts until they are read.
            problems.Add("it is not valid JSON: a text contains an escaped lone surrogate; it must be well-formed Unicode");
        }
    }
}
