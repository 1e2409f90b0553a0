using LoopLM.Server.Access;
using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;
using LoopLM.Server.Models;
using LoopLM.Server.Replies;
using LoopLM.Server.TextGeneration;
using LoopLM.StructuredOutput;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Conversations;

/// <summary>Starts replies to conversations: writes the prompt, and holds the reply to what is demanded of it.</summary>
internal sealed class ReplyGenerator(TextService texts, ChatPrompts prompts, IOptions<LimitOptions> limits)
{
    /// <summary>Starts all choices of a request, or none and says why not.</summary>
    /// <param name="request">What is requested.</param>
    /// <param name="caller">Whom it comes from.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The choices. Where the request does not limit its tokens, it is the prompt that leaves too few.</returns>
    /// <exception cref="OperationCanceledException">The client went away.</exception>
    public async Task<Result<StartedReply>> StartAsync(ReplyRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (!texts.TryFindModel(request.Text, out var model, out var error)
            || !(await prompts.WriteAsync(model, request.Conversation, caller, cancellationToken)).TryGet(out var prompt, out error))
        {
            return error;
        }

        var format = FormatOf(request, model, prompt.Text);
        var text = request.Text with
        {
            IsChat = true,
            Prompts = [new TextPrompt(null, prompt.Tokens)],
            DefaultTokens = model.Generation.MaxNewTokens ?? limits.Value.DefaultChatTokens,
            EndOfTurnTokens = model.TurnEnds,
            ShownTokens = model.Marks(format.Calls is not null),
            Constraints = request.Text.Constraints with
            {
                Format = request.FormatFor(format),
                ReasoningBudget = request.MaxReasoningTokens is { } tokens && format.Reasoning is { } reasoning
                    ? new(tokens, reasoning)
                    : null,
            },
            Exit = ReasoningEffort.Apply(request.Text.Exit, request.Conversation.Effort, model.Checkpoint.Config.Loops),
        };
        var started = await texts.StartAsync(model, text, caller, cancellationToken);
        return started.TryGet(out var choices, out error) ? new StartedReply(choices, format)
            : error.Field == "max_tokens" && text.MaxTokens is null ? error with { Field = "prompt" }
            : error;
    }

    /// <summary>What is separated in the reply to a prompt.</summary>
    /// <param name="request">What was requested.</param>
    /// <param name="model">Says how it marks reasoning and writes calls.</param>
    /// <param name="prompt">The prompt, which may have begun the reasoning, or ended it where the answer is held to a format.</param>
    private static ReplyFormat FormatOf(ReplyRequest request, ServedModel model, string prompt)
    {
        var end = prompt.AsSpan().TrimEnd();
        var tools = request.Conversation.Tools;
        var isHeld = request.Text.Constraints.Format is not null || tools.Forced.Count > 0;
        var mayReason = request.SeparateReasoning && model.ChatTemplate.MarksReasoning
            && !(isHeld && end.EndsWith(ReplyFormat.ReasoningEnd));
        var calls = tools.Value is null ? null : model.ToolCalls;
        return new(mayReason, mayReason && end.EndsWith(ReplyFormat.ReasoningStart), calls, tools.OneCall)
        {
            OnlyCalls = tools.Forced.Count > 0,
            Parameters = calls?.Syntax.Arguments == ArgumentSyntax.Tags ? FunctionParameters.Of(tools.Functions) : null,
        };
    }
}
