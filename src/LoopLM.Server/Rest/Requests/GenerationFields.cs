using LoopLM.Server.Errors;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Rest.Requests;

/// <summary>
/// The fields by which every endpoint that generates says how: OpenAI's sampling fields, vLLM's
/// extensions of them, and the loop extensions.
/// </summary>
internal static class GenerationFields
{
    /// <summary>What limits of tokens and <c>top_k</c> say for none, and <c>seed</c> for a random one, as in llama.cpp and vLLM.</summary>
    private const int NoLimit = -1;

    /// <summary>
    /// Reads what all endpoints have, as <see cref="SettingReader"/> does. The first problem is left in <see cref="RequestFields.Error"/>.
    /// </summary>
    public static TextRequest Read(RequestFields fields)
    {
        var request = SettingReader.Read(fields);

        // Nothing is stored, which changes no answer.
        fields.Flag("store");
        CheckBestOf(fields, request.Choices);
        var sampling = request.Sampling;
        return request with
        {
            Sampling = sampling with
            {
                TopK = sampling.TopK == NoLimit ? 0 : sampling.TopK,
                Seed = sampling.Seed == NoLimit ? null : sampling.Seed,
            },
        };
    }

    /// <summary>
    /// The same with as many tokens as the first of some fields says that is there; -1 means as many as the context has left.
    /// </summary>
    /// <param name="text">The request.</param>
    /// <param name="fields">The body.</param>
    /// <param name="least">The least number.</param>
    /// <param name="names">The fields, the best first.</param>
    /// <returns>The request, and the field that limits it: null where none does.</returns>
    public static (TextRequest Text, string? Field) WithMaxTokens(
        TextRequest text, RequestFields fields, int least, params ReadOnlySpan<string> names)
    {
        (int Tokens, string Name)? found = null;
        foreach (var name in names)
        {
            var tokens = fields.Integer(name);
            found ??= tokens is { } number ? (number, name) : null;
        }

        if (found is not var (most, field))
        {
            return (text, null);
        }

        if (most == NoLimit)
        {
            return (text with { DefaultTokens = null }, null);
        }

        if (most < least)
        {
            fields.Report(
                RequestErrorKind.InvalidValue,
                field,
                $"'{field}' is {most}; it must be {least} or more, or {NoLimit} for as many as the context has left.");
        }

        return (text with { MaxTokens = most }, field);
    }

    /// <summary>Reads how many of the most probable tokens are reported beside each of the prompt's; null for no report.</summary>
    public static int? ReadPromptLogprobs(RequestFields fields, bool stream)
    {
        const string name = "prompt_logprobs";
        var count = fields.Integer(name);
        if (count is not null && stream)
        {
            fields.Report(RequestErrorKind.UnsupportedValue, name, $"'{name}' is not available in a stream; leave out 'stream'.");
        }

        return count;
    }

    private static void CheckBestOf(RequestFields fields, int choices)
    {
        const string name = "best_of";
        if (fields.Integer(name) is not { } candidates || candidates == choices)
        {
            return;
        }

        if (candidates < choices)
        {
            fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' is {candidates}; it must be at least 'n', which is {choices}.");
        }
        else
        {
            fields.Report(
                RequestErrorKind.UnsupportedValue,
                name,
                $"'{name}' is {candidates}; only as many as 'n', which is {choices}, are generated here.");
        }
    }
}
