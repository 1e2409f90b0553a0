using System.Text.Json;

namespace LoopLM.Tools.Bench.Prefixes;

/// <summary>
/// Prompts by a trace in Mooncake's form: a JSON object a line, whose <c>hash_ids</c> name
/// blocks of 512 tokens. Equal ids are equal blocks.
/// </summary>
internal static class TraceScenario
{
    private const int BlockTokens = 512;

    /// <summary>
    /// Reads a trace. Lengths are divided by the least power of two with which every request fits; times count for the order alone.
    /// </summary>
    /// <param name="file">The trace.</param>
    /// <param name="requests">Most requests to read.</param>
    /// <param name="vocabularySize">Ids are below.</param>
    /// <param name="contextLength">Most tokens of a request.</param>
    /// <exception cref="FormatException">The file is not such a trace, or its requests are too long for the context.</exception>
    public static PrefixScenario Read(string file, int requests, int vocabularySize, int contextLength)
    {
        var lines = File.ReadLines(file).Where(line => line.Length > 0).Take(requests).Select((line, i) => Parse(file, line, i)).ToArray();
        var longest = lines.Length > 0
            ? lines.Max(line => line.Input + line.Output)
            : throw new FormatException($"'{file}' is empty; it must hold a JSON object a line.");
        var scale = 1;
        while (((longest + scale - 1) / scale) + 1 > contextLength)
        {
            scale *= 2;
        }

        if (scale > BlockTokens)
        {
            throw new FormatException(
                $"'{file}' has a request of {longest} tokens; divided by {BlockTokens} it does not fit the model's {contextLength}.");
        }

        var prompts = lines.Select(line => new[] { Prompt(line.Blocks, line.Input / scale, BlockTokens / scale, vocabularySize) });
        var generate = Math.Max(1, (int)lines.Average(line => line.Output) / scale);
        return new($"trace of {lines.Length} requests, lengths divided by {scale}", [.. prompts], generate);
    }

    private static (int Input, int Output, int[] Blocks) Parse(string file, string line, int index)
    {
        try
        {
            var request = JsonElement.Parse(line);
            int[] blocks = [.. request.GetProperty("hash_ids").EnumerateArray().Select(id => id.GetInt32())];
            return (request.GetProperty("input_length").GetInt32(), request.GetProperty("output_length").GetInt32(), blocks);
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new FormatException(
                $"Line {index + 1} of '{file}' must be a JSON object with input_length, output_length and hash_ids.", exception);
        }
    }

    private static int[] Prompt(int[] blocks, int length, int blockTokens, int vocabularySize) =>
    [
        .. blocks.SelectMany(id =>
        {
            var random = new Random(id);
            return Enumerable.Range(0, blockTokens).Select(_ => random.Next(vocabularySize)).ToArray();
        }).Take(Math.Max(1, length)),
    ];
}
