using System.Text.Json;
using LoopLM.Server.Errors;
using LoopLM.Server.Models;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.Work;

namespace LoopLM.Server.Tokens;

/// <summary><c>POST /detokenize</c>: the text of tokens.</summary>
internal sealed class DetokenizeEndpoint(RequestBodies bodies, ServedModels models, RequestWork work) : TokensEndpoint(bodies, models, work)
{
    protected override async Task<Action<Utf8JsonWriter>?> PrepareAsync(HttpContext context, ServedModel model, RequestFields fields) =>
        await OnTextAsync(context, fields, () => Decode(model, fields)) is { } text ? json => json.WriteText("prompt"u8, [text]) : null;

    private static string? Decode(ServedModel model, RequestFields fields)
    {
        const string name = "tokens";
        var tokens = fields.Integers(name);
        if (tokens is null)
        {
            fields.Report(RequestErrorKind.MissingField, name, $"'{name}' is missing; it must be a list of token ids.");
        }
        else if (tokens.Any(token => token < 0 || token >= model.Tokenizer.VocabularySize))
        {
            fields.Report(
                RequestErrorKind.InvalidValue,
                name,
                $"'{name}' contains an id that is not a token; ids are from 0 to {model.Tokenizer.VocabularySize - 1}.");
        }

        return fields.Error is not null ? null : model.Tokenizer.Decode(tokens!, skipSpecialTokens: false);
    }
}
