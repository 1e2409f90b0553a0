using System.Diagnostics.CodeAnalysis;
using LoopLM.Server.Configuration;
using LoopLM.Server.Generations;
using LoopLM.Server.Hosting;
using LoopLM.Text.Jinja;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>Starts replies to conversations: writes the prompt, and holds the reply to what is demanded of it.</summary>
internal sealed class ReplyGenerator(TextGenerator generator, ChatPrompts prompts, IOptions<LimitOptions> limits)
{
    /// <summary>Starts all choices of a request, or none and says why not.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="choices">The choices.</param>
    /// <param name="format">What is to be told apart in each of them.</param>
    /// <param name="error">Why none was started, in terms of text (<c>prompt</c>, <c>max_tokens</c>, <c>logprobs</c>) or of chats (<c>messages</c>).</param>
    /// <exception cref="OperationCanceledException">The client went away.</exception>
    public bool TryStart(
        ReplyRequest request,
        CancellationToken cancellationToken,
        [NotNullWhen(true)] out TextChoices? choices,
        out ReplyFormat format,
        [NotNullWhen(false)] out RequestError? error)
    {
        (choices, format) = (null, default);
        if (!generator.TryFindModel(request.Text, out var model, out error)
            || !prompts.TryWrite(model, WithEffort(model, request), cancellationToken, out var prompt, out error))
        {
            return false;
        }

        format = ReplyFormat.Of(request, model.ChatTemplate, prompt.Text);
        var left = Math.Max(1, model.Checkpoint.Config.ContextLength - prompt.Tokens.Length);
        var text = request.Text with
        {
            Prompts = [new TextPrompt(null, prompt.Tokens)],
            MaxTokens = request.Text.MaxTokens ?? Math.Min(model.Generation.MaxNewTokens ?? limits.Value.DefaultChatTokens, left),
            EndOfTurnTokens = model.TurnEnds,
            Format = request.Text.Format is { } form ? form with { Thought = format.Thought } : null,
            Exit = ReasoningEffort.Apply(request.Text.Exit, request.Effort, model.Checkpoint.Config.Loops),
        };
        return generator.TryStart(model, text, cancellationToken, out choices, out error);
    }

    /// <summary>Tells templates that think in words how much to think, too.</summary>
    private static ChatConversation WithEffort(ServedModel model, ReplyRequest request)
    {
        var variables = request.Conversation.Variables.ToList();
        if (request.Effort is { } effort)
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
}
