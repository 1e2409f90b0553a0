using LoopLM.Server.Configuration;
using LoopLM.Server.Generations;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>Starts replies to conversations: writes the prompt, and holds the reply to what is demanded of it.</summary>
internal sealed class ReplyGenerator(TextGenerator generator, ChatPrompts prompts, IOptions<LimitOptions> limits)
{
    /// <summary>Starts all choices of a request, or none and says why not.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The choices. An error is in terms of text (<c>prompt</c>, <c>max_tokens</c>, <c>logprobs</c>) or of chats (<c>messages</c>).</returns>
    /// <exception cref="OperationCanceledException">The client went away.</exception>
    public async Task<Result<StartedReply>> StartAsync(ReplyRequest request, CancellationToken cancellationToken)
    {
        if (!generator.TryFindModel(request.Text, out var model, out var error)
            || !(await prompts.WriteAsync(model, request.Conversation, cancellationToken)).TryGet(out var prompt, out error))
        {
            return error;
        }

        var format = ReplyFormat.Of(request, model, prompt.Text);
        var text = request.Text with
        {
            Prompts = [new TextPrompt(null, prompt.Tokens)],
            DefaultTokens = model.Generation.MaxNewTokens ?? limits.Value.DefaultChatTokens,
            EndOfTurnTokens = model.TurnEnds,
            Format = request.FormatFor(format),
            ShownTokens = model.Marks(format.Calls is not null),
            ThoughtBudget = request.ThoughtTokens is { } tokens && format.Thought is { } thought ? new(tokens, thought) : null,
            Exit = ReasoningEffort.Apply(request.Text.Exit, request.Conversation.Effort, model.Checkpoint.Config.Loops),
        };
        var started = await generator.StartAsync(model, text, cancellationToken);
        return started.TryGet(out var choices, out error) ? new StartedReply(choices, format) : error;
    }
}
