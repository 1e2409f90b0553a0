using LoopLM.Engine.Exits;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Loop.Compare;

/// <summary>
/// The body of <c>POST /v1/loop/compare</c>: the fields of a completion of one prompt, and the depths at which it is to be answered.
/// </summary>
/// <param name="Texts">A request for each depth; they differ in nothing else.</param>
/// <param name="Seed">From which all of them draw.</param>
internal sealed record CompareRequest(IReadOnlyList<TextRequest> Texts, long Seed)
{
    private const string Name = "settings";

    /// <summary>Reads a body. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    /// <param name="fields">The body.</param>
    /// <param name="most">Most depths.</param>
    public static CompareRequest Read(RequestFields fields, int most)
    {
        var text = GenerationFields.Read(fields);
        var prompts = CompletionPrompts.Read(fields);
        (text, _) = GenerationFields.WithMaxTokens(text, fields, 1, "max_tokens", "n_predict");
        var seed = text.Sampling.Seed ?? Random.Shared.NextInt64();
        text = text with
        {
            Prompts = prompts,
            Prompt = text.Prompt with { AddSpecialTokens = fields.Flag("add_special_tokens") ?? true },
            Sampling = text.Sampling with { Seed = seed },
        };
        if (prompts.Count > 1)
        {
            fields.Report(RequestErrorKind.UnsupportedValue, "prompt", $"'prompt' has {prompts.Count} entries; one prompt is compared.");
        }

        if (text.Choices != 1)
        {
            fields.Report(RequestErrorKind.UnsupportedValue, "n", $"'n' is {text.Choices}; each depth gives one answer, so it must be 1.");
        }

        if (OutputFormatFields.Read(fields) is { } format)
        {
            fields.Report(
                RequestErrorKind.Unsupported, format.Field, $"'{format.Field}' is not supported here; answers of any format are compared.");
        }

        var depths = ReadDepths(fields, text.Exit, most);
        UnreadFields.Check(fields, RequestKinds.Comparison);
        return new CompareRequest([.. depths.Select(exit => text with { Exit = exit })], seed);
    }

    private static List<ExitSettings> ReadDepths(RequestFields fields, ExitSettings defaults, int most)
    {
        if (fields.Items(Name) is not { } items)
        {
            fields.Report(
                RequestErrorKind.MissingField,
                Name,
                $"'{Name}' is missing; it must be a list of objects with exit_policy, exit_threshold, min_loops or max_loops.");
            return [];
        }

        if (items.Count < 2 || items.Count > most)
        {
            fields.Report(RequestErrorKind.InvalidValue, Name, $"'{Name}' has {items.Count} entries; it must have 2 to {most}.");
            return [];
        }

        var depths = items.Select((item, i) => fields.Nested($"{Name}[{i}]", item, inner => SettingReader.ReadExit(inner).Over(defaults)));
        return [.. depths.OfType<ExitSettings>()];
    }
}
