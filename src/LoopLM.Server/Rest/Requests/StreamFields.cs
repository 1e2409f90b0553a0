using System.Text.Json;
using LoopLM.Server.Errors;

namespace LoopLM.Server.Rest.Requests;

/// <summary>Whether an answer is streamed, and how.</summary>
/// <param name="Stream">Whether it comes token by token.</param>
/// <param name="IncludeUsage">Whether a stream ends with the usage.</param>
/// <param name="ContinuousUsage">Whether every chunk tells the usage so far.</param>
internal readonly record struct StreamFields(bool Stream, bool IncludeUsage, bool ContinuousUsage)
{
    private const string OptionsName = "stream_options";

    /// <summary>Reads the fields. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static StreamFields Read(RequestFields fields)
    {
        var stream = fields.Flag("stream") ?? false;
        var (include, continuous) = ReadOptions(fields, stream);
        return new StreamFields(stream, include, continuous);
    }

    private static (bool Include, bool Continuous) ReadOptions(RequestFields fields, bool stream)
    {
        if (fields.Find(OptionsName) is not { } options)
        {
            return default;
        }

        if (options.ValueKind != JsonValueKind.Object)
        {
            fields.Report(
                RequestErrorKind.InvalidType, OptionsName, $"'{OptionsName}' is {RequestFields.Describe(options)}; it must be an object.");
            return default;
        }

        if (!stream)
        {
            fields.Report(RequestErrorKind.InvalidValue, OptionsName, $"'{OptionsName}' needs 'stream' to be true.");
        }

        var inner = new RequestFields(options);
        var include = inner.Flag("include_usage") ?? false;
        var continuous = inner.Flag("continuous_usage_stats") ?? false;

        // Chunks are not padded, which this would switch off.
        inner.Flag("include_obfuscation");
        if (inner.Error is { } error)
        {
            fields.Report(error.Kind, $"{OptionsName}.{error.Field}", error.Message);
        }

        return (include, continuous);
    }
}
