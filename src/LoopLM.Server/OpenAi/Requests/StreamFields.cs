using System.Text.Json;
using LoopLM.Server.Generations;

namespace LoopLM.Server.OpenAi.Requests;

/// <summary>Whether an answer is streamed, and how.</summary>
/// <param name="Stream">Whether it comes token by token.</param>
/// <param name="IncludeUsage">Whether a stream ends with the usage.</param>
internal readonly record struct StreamFields(bool Stream, bool IncludeUsage)
{
    private const string OptionsName = "stream_options";

    /// <summary>Reads the fields. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static StreamFields Read(RequestFields fields)
    {
        var stream = fields.Flag("stream") ?? false;
        return new StreamFields(stream, ReadIncludeUsage(fields, stream));
    }

    private static bool ReadIncludeUsage(RequestFields fields, bool stream)
    {
        if (fields.Find(OptionsName) is not { } options)
        {
            return false;
        }

        if (options.ValueKind != JsonValueKind.Object)
        {
            fields.Report(RequestErrorKind.InvalidType, OptionsName, $"'{OptionsName}' must be an object.");
            return false;
        }

        if (!stream)
        {
            fields.Report(RequestErrorKind.InvalidValue, OptionsName, $"'{OptionsName}' needs 'stream' to be true.");
        }

        var inner = new RequestFields(options);
        var include = inner.Flag("include_usage") ?? false;
        if (inner.Error is { } error)
        {
            fields.Report(error.Kind, $"{OptionsName}.{error.Field}", error.Message);
        }

        return include;
    }
}
