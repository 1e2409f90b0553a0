using System.Text.Json;
using LoopLM.Server.Generations;
using LoopLM.Server.Hosting;
using LoopLM.Server.OpenAi.Answers;
using LoopLM.Server.OpenAi.Chat;
using LoopLM.Server.OpenAi.Errors;
using LoopLM.Server.OpenAi.Requests;
using LoopLM.Server.Work;

namespace LoopLM.Server.OpenAi.Tokens;

/// <summary><c>POST /tokenize</c>, <c>/detokenize</c> and <c>/apply-template</c>: what the model reads, in vLLM's form. Nothing is generated.</summary>
internal sealed class TokensEndpoint(ServedModels models, ChatPrompts prompts, RequestWork work)
{
    /// <summary>Answers with the tokens of a text (<c>prompt</c>) or of a conversation (<c>messages</c>).</summary>
    public Task TokenizeAsync(HttpContext context) => AnswerAsync(context, async (model, fields) =>
    {
        var asStrings = fields.Flag("return_token_strs") ?? false;
        if (fields.Find("messages") is not null && fields.Find("prompt") is not null)
        {
            fields.Report(RequestErrorKind.InvalidValue, "prompt", "'prompt' and 'messages' exclude each other.");
        }

        var tokens = fields.Find("messages") is null
            ? await OnTextAsync(context, fields, () => EncodeText(model, fields))
            : (await WritePromptAsync(context, model, fields))?.Tokens;
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
    public Task DetokenizeAsync(HttpContext context) => AnswerAsync(context, async (model, fields) =>
        await OnTextAsync(context, fields, () => DecodeTokens(model, fields)) is { } text ? json => json.WriteText("prompt"u8, [text]) : null);

    /// <summary>Answers with the text that the chat template makes of a conversation.</summary>
    public Task ApplyTemplateAsync(HttpContext context) => AnswerAsync(context, async (model, fields) =>
        await WritePromptAsync(context, model, fields) is { } prompt ? json => json.WriteText("prompt"u8, [prompt.Text]) : null);

    private async Task AnswerAsync(HttpContext context, Func<ServedModel, RequestFields, Task<Action<Utf8JsonWriter>?>> answer)
    {
        using var body = await RequestBody.ReadAsync(context, fields => fields.Text("model"));
        if (body is null)
        {
            return;
        }

        var fields = body.Fields;
        if (!models.TryFind(body.Request, out var model, out var unknown))
        {
            await context.WriteErrorAsync(OpenAiErrors.From(fields.Error ?? unknown));
            return;
        }

        var write = await answer(model, fields);
        UnreadFields.Check(fields, RequestKinds.Tokenizing);
        if (fields.Error is { } error)
        {
            await context.WriteErrorAsync(OpenAiErrors.From(error));
            return;
        }

        var sending = context.WriteJsonAsync(json =>
        {
            json.WriteStartObject();
            write!(json);
            json.WriteEndObject();
        });

        // The answer may hold much more than the body, and take long.
        body.Dispose();
        await sending;
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

    private static string? DecodeTokens(ServedModel model, RequestFields fields)
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

        return fields.Error is not null ? null : model.Tokenizer.Decode(tokens!, skipSpecialTokens: false);
    }

    private async Task<ChatPrompt?> WritePromptAsync(HttpContext context, ServedModel model, RequestFields fields)
    {
        var conversation = await OnTextAsync(context, fields, () => ChatConversation.Read(
            fields, ChatMessages.Read(fields), ChatTools.Read(fields), ReasoningEffort.Read(fields, "reasoning_effort"), mayPrefill: true));
        if (conversation is null || fields.Error is not null)
        {
            return null;
        }

        if (!(await prompts.WriteAsync(model, conversation, context.RequestAborted)).TryGet(out var prompt, out var error))
        {
            fields.Report(error);
        }

        return prompt;
    }

    /// <summary>Works on what a body says; null where that gives nothing, or the server is too busy, which the fields then report.</summary>
    private async Task<T?> OnTextAsync<T>(HttpContext context, RequestFields fields, Func<T?> read)
        where T : class
    {
        if (!(await work.OnTextAsync(fields.Length, read, context.RequestAborted)).TryGet(out var value, out var busy))
        {
            fields.Report(busy);
        }

        return value;
    }
}
