using System.Diagnostics.CodeAnalysis;
using LoopLM.Engine.Sampling;
using LoopLM.Server.Configuration;
using LoopLM.Server.Generations;
using LoopLM.Server.Hosting;
using LoopLM.Server.OpenAi.Requests;
using LoopLM.Text.Jinja;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>Starts replies to conversations: writes the prompt, and holds the reply to what is demanded of it.</summary>
internal sealed class ReplyGenerator(TextGenerator generator, ChatPrompts prompts, ResponseFormats formats, IOptions<LimitOptions> limits)
{
    /// <summary>Most calls of tools where they are enforced and several are allowed.</summary>
    private const int MaxForcedCalls = 8;

    /// <summary>Starts all choices of a request, or none and says why not.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="choices">The choices.</param>
    /// <param name="format">What is to be told apart in each of them.</param>
    /// <param name="error">Why none was started, in terms of text (<c>prompt</c>, <c>max_tokens</c>, <c>logprobs</c>) or of chats (<c>messages</c>, <c>response_format</c>).</param>
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
            || !TryConstrain(model, request, cancellationToken, out var constraint, out error)
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
            Exit = ReasoningEffort.Apply(request.Text.Exit, request.Effort, model.Checkpoint.Config.Loops),
        };
        if (!generator.TryStart(text, out choices, out error))
        {
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

    /// <summary>What the request holds the reply to: calls of tools, a format, or nothing.</summary>
    private bool TryConstrain(
        ServedModel model,
        ReplyRequest request,
        CancellationToken cancellationToken,
        out Func<int, ITokenConstraint>? constraint,
        [NotNullWhen(false)] out RequestError? error)
    {
        var tools = request.Conversation.Tools;
        if (tools.Forced.Count == 0)
        {
            return formats.TryCompile(model, request.Format, cancellationToken, out constraint, out error);
        }

        constraint = null;
        if (request.Format is not null)
        {
            error = new(RequestErrorKind.InvalidValue, "response_format", "'response_format' and a 'tool_choice' that demands a call exclude each other.");
            return false;
        }

        error = ChatPrompts.Check(model, request.Conversation);
        return error is null && formats.TryCompileCalls(
            model, tools.Forced, ReplyFormat.CallSyntax, tools.OneCall ? 1 : MaxForcedCalls, cancellationToken, out constraint, out error);
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
