using System.Text.Json;
using LoopLM.Server.Conversations;
using LoopLM.Server.Errors;
using LoopLM.Server.Models;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.Work;

namespace LoopLM.Server.Tokens;

/// <summary><c>POST /tokenize</c>: the tokens of a text (<c>prompt</c>) or of a conversation (<c>messages</c>).</summary>
internal sealed class TokenizeEndpoint(RequestBodies bodies, ServedModels models, RequestWork work, ChatPrompts prompts)
    : ConversationEndpoint(bodies, models, work, prompts)
{
    private const string Prompt = "prompt";
    private const string Messages = "messages";

    protected override async Task<Action<Utf8JsonWriter>?> PrepareAsync(HttpContext context, ServedModel model, RequestFields fields)
    {
        var asStrings = fields.Flag("return_token_strs") ?? false;
        if (fields.Find(Messages) is not null && fields.Find(Prompt) is not null)
        {
            fields.Report(RequestErrorKind.InvalidValue, Prompt, $"'{Prompt}' and '{Messages}' are both given; give one of them.");
        }

        var tokens = fields.Find(Messages) is null
            ? await OnTextAsync(context, fields, () => EncodeText(model, fields))
            : (await WritePromptAsync(context, model, fields))?.Tokens;
        return tokens is null ? null : json => Write(json, model, tokens, asStrings);
    }

    private static IReadOnlyList<int>? EncodeText(ServedModel model, RequestFields fields)
    {
        if (fields.Text(Prompt) is not { } text)
        {
            fields.Report(
                RequestErrorKind.MissingField, Prompt, $"'{Prompt}' is missing; it must be a string, or there must be '{Messages}'.");
            return null;
        }

        var tokens = model.Tokenizer.EncodeToIds(text);
        return fields.Flag("add_special_tokens") ?? true ? model.Tokenizer.AddSpecialTokens(tokens) : tokens;
    }

    private static void Write(Utf8JsonWriter json, ServedModel model, IReadOnlyList<int> tokens, bool asStrings)
    {
        json.WriteNumber("count"u8, tokens.Count);
        json.WriteNumber("max_model_len"u8, model.Checkpoint.Config.ContextLength);
        json.WriteStartArray("tokens"u8);
        foreach (var token in tokens)
        {
            json.WriteNumberValue(token);
        }

        json.WriteEndArray();
        if (asStrings)
        {
            json.WriteStartArray("token_strs"u8);
            foreach (var token in tokens)
            {
                json.WriteStringValue(model.Tokenizer.GetToken(token));
            }

            json.WriteEndArray();
        }
    }
}
