using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Configuration;
using LoopLM.Server.Generations;
using LoopLM.Server.Hosting;
using LoopLM.Server.OpenAi.Answers;
using LoopLM.Server.OpenAi.Errors;
using LoopLM.Server.OpenAi.Requests;
using LoopLM.Text.Jinja;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatEndpoint(
    TextGenerator generator,
    ChatPrompts prompts,
    ResponseFormats formats,
    IOptions<LimitOptions> limits,
    GeneratedAnswer answer,
    TimeProvider time,
    ILogger<ChatEndpoint> logger)
{
    /// <summary>Most calls of tools where they are enforced and several are allowed.</summary>
    private const int MaxForcedCalls = 8;

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
            await answer.WriteAsync(
                context,
                choices,
                request.Stream.Stream,
                () => new ChatChunkWriter(context.Response.BodyWriter, writer, choices, replies, request.Stream.IncludeUsage),
                (json, texts) => writer.WriteWhole(json, texts, replies, choices));
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

        if (!TryConstrain(model, request, cancellationToken, out var constraint, out error)
            || !prompts.TryWrite(model, WithEffort(model, request), cancellationToken, out var prompt, out error))
        {
            return false;
        }

        var left = Math.Max(1, model.Checkpoint.Config.ContextLength - prompt.Tokens.Length);
        var text = request.Text with
        {
            Prompts = [new TextPrompt(null, prompt.Tokens)],
            MaxTokens = request.Text.MaxTokens ?? Math.Min(limits.Value.DefaultChatTokens, left),
            EndOfTurnTokens = model.TurnEnds,
            Constraint = constraint,
            Exit = ReasoningEffort.Apply(request.Text.Exit, request.ReasoningEffort, model.Checkpoint.Config.Loops),
        };
        if (!generator.TryStart(text, out choices, out error))
        {
            error = InTermsOf(request, error);
            return false;
        }

        // A text that is held to a form has no room for thoughts.
        var thoughts = constraint is null && request.SeparateReasoning && model.ChatTemplate.MarksThoughts;
        format = new ReplyFormat(
            thoughts,
            InThought: thoughts && prompt.Text.AsSpan().TrimEnd().EndsWith(ReplyFormat.ThoughtStart),
            Calls: request.Conversation.Tools.Value is not null,
            request.Conversation.Tools.OneCall);
        return true;
    }

    /// <summary>What the request holds the answer to: calls of tools, a format, or nothing.</summary>
    private bool TryConstrain(
        ServedModel model,
        ChatRequest request,
        CancellationToken cancellationToken,
        out Func<int, ITokenConstraint>? constraint,
        [NotNullWhen(false)] out RequestError? error)
    {
        var tools = request.Conversation.Tools;
        if (tools.Forced.Count == 0)
        {
            return formats.TryCompile(model, request.ResponseFormat, cancellationToken, out constraint, out error);
        }

        constraint = null;
        if (request.ResponseFormat is not null)
        {
            error = new(RequestErrorKind.InvalidValue, "response_format", "'response_format' and a 'tool_choice' that demands a call exclude each other.");
            return false;
        }

        error = ChatPrompts.Check(model, request.Conversation);
        return error is null && formats.TryCompileCalls(
            model, tools.Forced, ReplyFormat.CallSyntax, tools.OneCall ? 1 : MaxForcedCalls, cancellationToken, out constraint, out error);
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
