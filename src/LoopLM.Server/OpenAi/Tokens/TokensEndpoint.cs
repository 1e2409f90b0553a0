using System.Text.Json;
using LoopLM.Server.Generations;
using LoopLM.Server.Hosting;
using LoopLM.Server.OpenAi.Answers;
using LoopLM.Server.OpenAi.Chat;
using LoopLM.Server.OpenAi.Errors;
using LoopLM.Server.OpenAi.Requests;
using LoopLM.Text.Decoding;

namespace LoopLM.Server.OpenAi.Tokens;

/// <summary><c>POST /tokenize</c>, <c>/detokenize</c> and <c>/apply-template</c>: what the model reads, in vLLM's form. Nothing is generated.</summary>
internal sealed class TokensEndpoint(ServedModels models, ChatPrompts prompts)
{
    /// <summary>Answers with the tokens of a text (<c>prompt</c>) or of a conversation (<c>messages</c>).</summary>
    public Task TokenizeAsync(HttpContext context) => AnswerAsync(context, (model, fields) =>
    {
        var asStrings = fields.Flag("return_token_strs") ?? false;
        if (fields.Find("messages") is not null && fields.Find("prompt") is not null)
        {
            fields.Report(RequestErrorKind.InvalidValue, "prompt", "'prompt' and 'messages' exclude each other.");
        }

        var tokens = fields.Find("messages") is null ? EncodeText(model, fields) : WritePrompt(context, model, fields)?.Tokens;
        return tokens is null ? null : json =>
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
        };
    });

    /// <summary>Answers with the text of tokens.</summary>
    public Task DetokenizeAsync(HttpContext context) => AnswerAsync(context, (model, fields) =>
    {
        const string name = "tokens";
        var tokens = fields.Integers(name);
        if (tokens is null)
        {
            fields.Report(RequestErrorKind.MissingField, name, $"'{name}' is missing; it must be a list of token ids.");
        }
        else if (tokens.Any(token => token < 0 || token >= model.Tokenizer.VocabularySize))
        {
            fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' has an id that is no token's; ids are from 0 to {model.Tokenizer.VocabularySize - 1}.");
        }

        return fields.Error is not null ? null : json => json.WriteText("prompt"u8, Decode(model, tokens!));
    });

    /// <summary>Answers with the text that the chat template makes of a conversation.</summary>
    public Task ApplyTemplateAsync(HttpContext context) => AnswerAsync(context, (model, fields) =>
        WritePrompt(context, model, fields) is { } prompt ? json => json.WriteText("prompt"u8, [prompt.Text]) : null);

    private async Task AnswerAsync(HttpContext context, Func<ServedModel, RequestFields, Action<Utf8JsonWriter>?> answer)
    {
        using var body = await RequestBody.ReadAsync(context);
        if (body is null)
        {
            return;
        }

        await AnswerAsync(context, body, answer);
    }

    /// <summary>Lets go of the body before the answer is sent, which may hold much more and take long.</summary>
    private Task AnswerAsync(HttpContext context, RequestBody body, Func<ServedModel, RequestFields, Action<Utf8JsonWriter>?> answer)
    {
        var fields = new RequestFields(body.RootElement);
        if (!models.TryFind(fields.Text("model"), out var model, out var unknown))
        {
            return context.WriteErrorAsync(OpenAiErrors.From(fields.Error ?? unknown));
        }

        var write = answer(model, fields);
        UnreadFields.Check(fields, RequestKinds.Tokenizing);
        if (fields.Error is { } error)
        {
            return context.WriteErrorAsync(OpenAiErrors.From(error));
        }

        var sending = context.WriteJsonAsync(json =>
        {
            json.WriteStartObject();
            write!(json);
            json.WriteEndObject();
        });
        body.Dispose();
        return sending;
    }

    private static IEnumerable<string> Decode(ServedModel model, IReadOnlyList<int> tokens)
    {
        var decoder = new IncrementalDecoder(model.Tokenizer, skipSpecialTokens: false);
        foreach (var token in tokens)
        {
            yield return decoder.Append(token);
        }

        yield return decoder.Flush();
    }

    private static IReadOnlyList<int>? EncodeText(ServedModel model, RequestFields fields)
    {
        const string name = "prompt";
        if (fields.Text(name) is not { } text)
        {
            fields.Report(RequestErrorKind.MissingField, name, $"'{name}' is missing; it must be a string, or there must be 'messages'.");
            return null;
        }

        var tokens = model.Tokenizer.EncodeToIds(text);
        return fields.Flag("add_special_tokens") ?? true ? model.Tokenizer.AddSpecialTokens(tokens) : tokens;
    }

    private ChatPrompt? WritePrompt(HttpContext context, ServedModel model, RequestFields fields)
    {
        var conversation = ChatConversation.Read(
            fields, ChatMessages.Read(fields), ChatTools.Read(fields), ReasoningEffort.Read(fields, "reasoning_effort"), mayPrefill: true);
        if (fields.Error is not null)
        {
            return null;
        }

        if (!prompts.TryWrite(model, conversation, context.RequestAborted, out var prompt, out var error))
        {
            fields.Report(error.Kind, error.Field!, error.Message);
        }

        return prompt;
    }
}
