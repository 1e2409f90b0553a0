using System.Diagnostics.CodeAnalysis;
using LoopLM.Server.Configuration;
using LoopLM.Server.Generations;
using LoopLM.Server.Hosting;
using LoopLM.Server.OpenAi.Errors;
using LoopLM.Server.OpenAi.Responses;
using LoopLM.Text.Jinja;
using Microsoft.Extensions.Options;
using Serilog;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatEndpoint(
    TextGenerator generator,
    ChatPrompts prompts,
    IOptions<LimitOptions> limits,
    TimeProvider time,
    IDiagnosticContext diagnostics,
    ILogger<ChatEndpoint> logger)
{
    /// <summary>Answers a request. Nothing is written before its outcome is known: a refused or failed one gets its status.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context);
        if (body is null)
        {
            return;
        }

        var fields = new RequestFields(body.RootElement);
        var request = ChatRequest.Read(fields);
        OpenAiLog.UnknownFields(logger, fields.Unknown);
        if (fields.Error is { } error || !TryStart(request, context.RequestAborted, out var choices, out var format, out error))
        {
            await context.WriteErrorAsync(OpenAiErrors.From(error));
            return;
        }

        using (choices)
        {
            var writer = new ChatWriter(request, choices.Model, time.GetUtcNow().ToUnixTimeSeconds());
            ChatReply[] replies = [.. Enumerable.Range(0, choices.Count).Select(_ => new ChatReply(format))];
            try
            {
                await (request.Stream.Stream
                    ? EventStream.WriteAsync(
                        context, choices, () => new ChatChunkWriter(context.Response.BodyWriter, writer, choices, replies, request.Stream.IncludeUsage))
                    : WholeAnswer.WriteAsync(context, choices, (json, texts) => writer.WriteWhole(json, texts, replies, choices)));
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                OpenAiLog.ClientGone(logger, choices.CompletionTokens);
            }

            diagnostics.Set("PromptTokens", choices.PromptTokens);
            diagnostics.Set("CompletionTokens", choices.CompletionTokens);
            diagnostics.Set("MeanExitStep", choices.MeanExitStep);
        }
    }

    private bool TryStart(
        ChatRequest request,
        CancellationToken cancellationToken,
        [NotNullWhen(true)] out TextChoices? choices,
        out ReplyFormat format,
        [NotNullWhen(false)] out RequestError? error)
    {
        (choices, format) = (null, default);
        if (!generator.TryFindModel(request.Text, out var model, out error))
        {
            error = InTermsOf(request, error);
            return false;
        }

        if (!prompts.TryWrite(model, WithEffort(model, request), cancellationToken, out var prompt, out error))
        {
            return false;
        }

        format = ReplyFormat.Of(request, model.ChatTemplate, prompt.Text);
        var left = Math.Max(1, model.Checkpoint.Config.ContextLength - prompt.Tokens.Length);
        var text = request.Text with
        {
            Prompts = [new TextPrompt(null, prompt.Tokens)],
            MaxTokens = request.Text.MaxTokens ?? Math.Min(limits.Value.DefaultChatTokens, left),
            EndOfTurnTokens = model.TurnEnds,
            Format = request.Text.Format is { } form ? form with { Thought = format.Thought } : null,
            Exit = ReasoningEffort.Apply(request.Text.Exit, request.ReasoningEffort, model.Checkpoint.Config.Loops),
        };
        if (generator.TryStart(model, text, cancellationToken, out choices, out error))
        {
            return true;
        }

        error = InTermsOf(request, error);
        return false;
    }

    /// <summary>Tells templates that think in words how much to think, too.</summary>
    private static ChatConversation WithEffort(ServedModel model, ChatRequest request)
    {
        var variables = request.Conversation.Variables.ToList();
        if (request.ReasoningEffort is { } effort)
        {
            Add("reasoning_effort", JinjaValue.Of(effort));
            if (effort == "none")
            {
                Add("enable_thinking", JinjaValue.Of(false));
            }
        }

        return request.Conversation with { Variables = variables };

        void Add(string name, JinjaValue value)
        {
            if (model.ChatTemplate.CanSet(name) && !variables.Exists(variable => variable.Key == name))
            {
                variables.Add(new(name, value));
            }
        }
    }

    /// <summary>Names the field of a chat that stands for the one at fault.</summary>
    private static RequestError InTermsOf(ChatRequest request, RequestError error)
    {
        var field = error.Field switch
        {
            "prompt" => "messages",
            "max_tokens" => request.MaxTokensField ?? "messages",
            "logprobs" => "top_logprobs",
            _ => error.Field,
        };
        return error with { Field = field, Message = error.Message.Replace($"'{error.Field}'", $"'{field}'", StringComparison.Ordinal) };
    }
}
