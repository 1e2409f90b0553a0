using System.Diagnostics.CodeAnalysis;
using LoopLM.Jinja;
using LoopLM.Server.Access;
using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;
using LoopLM.Server.Models;
using LoopLM.Server.Work;
using LoopLM.Text.Templates;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Conversations;

/// <summary>Writes conversations as prompts, by the model's chat template.</summary>
internal sealed class ChatPrompts(IOptions<LimitOptions> options, RequestWork work, TimeProvider time)
{
    private const string MessagesName = "messages";

    private readonly JinjaLimits _limits = new() { Timeout = options.Value.TemplateTimeout };

    // A short conversation takes less, unless the template makes much of it.
    private readonly JinjaLimits _shortLimits = new() { Timeout = TimeSpan.FromMilliseconds(10) };

    /// <summary>Writes a conversation for a model, or says why it cannot be written.</summary>
    /// <exception cref="OperationCanceledException">The client went away.</exception>
    public async ValueTask<Result<ChatPrompt>> WriteAsync(
        ServedModel model, ChatConversation chat, Caller caller, CancellationToken cancellationToken)
    {
        if (Check(model, chat) is { } refused)
        {
            return refused;
        }

        var rendered = chat.Length <= RequestWork.ShortLength ? Render(_shortLimits) : null;
        if (rendered is null or { Failure.Kind: JinjaErrorKind.LimitExceeded }
            && !(await work.OnTextAsync(caller, int.MaxValue, () => Render(_limits), cancellationToken)).TryGet(out rendered, out var busy))
        {
            return busy;
        }

        if (rendered.Text is not { } text)
        {
            return ToError(rendered.Failure!);
        }

        return await work.OnTextAsync(
            caller,
            text.Text.Length,
            () =>
            {
                var tokens = model.Tokenizer.EncodeWithSpecialTokens(text.Text, text.Own);
                return new ChatPrompt(text.Text, [.. chat.AddSpecialTokens ? model.Tokenizer.AddSpecialTokens(tokens) : tokens]);
            },
            cancellationToken);

        Rendering Render(JinjaLimits limits) => this.Render(model, chat, limits, cancellationToken);
    }

    private Rendering Render(ServedModel model, ChatConversation chat, JinjaLimits limits, CancellationToken cancellationToken)
    {
        var conversation = new Conversation
        {
            Messages = [.. chat.Messages.Select(message => message.ToValue(model.ChatTemplate.ArgumentForms))],
            Tools = chat.Tools.Value,
            Variables = TemplateVariables.Of(model, chat),
            AddGenerationPrompt = chat.AddGenerationPrompt,
            ContinuedText = chat.ContinueFinalMessage ? chat.Messages[^1].Content : null,
        };
        if (!TryRender(conversation, out var text, out var failure) && chat.IsPrefilled)
        {
            _ = TryRender(conversation with { AddGenerationPrompt = true, ContinuedText = null }, out text, out failure);
        }

        return new(text, failure);

        bool TryRender(Conversation written, [NotNullWhen(true)] out RenderedText? rendered, [NotNullWhen(false)] out JinjaError? problem) =>
            model.ChatTemplate.TryRender(written, time.GetLocalNow(), limits, out rendered, out problem, cancellationToken);
    }

    /// <summary>Why the model's template cannot serve a conversation, as far as that is known without running it; null where it may.</summary>
    private static RequestError? Check(ServedModel model, ChatConversation chat)
    {
        if (chat.Tools.Value is not null && model.ToolCalls is null)
        {
            return new RequestError(
                RequestErrorKind.Unsupported,
                "tools",
                "'tools' are not supported by this model: its chat template has no known form for calls of tools. Leave 'tools' out, or name another model.");
        }

        // Names that the template does not read change nothing.
        return chat.Variables.Select(variable => variable.Key).FirstOrDefault(model.ChatTemplate.Sets) is { } own
            ? new RequestError(RequestErrorKind.InvalidValue, "chat_template_kwargs", $"'chat_template_kwargs' has the name '{own}', which the server sets; leave it out.")
            : null;
    }

    private static RequestError ToError(JinjaError failure) => new(
        RequestErrorKind.InvalidValue,
        MessagesName,
        failure.Kind == JinjaErrorKind.Raised
            ? $"The model's chat template refuses the messages: {failure.Message}"
            : $"The model's chat template cannot write these messages: {failure}");

    private sealed record Rendering(RenderedText? Text, JinjaError? Failure);
}
