using LoopLM.Server.Hosting;
using LoopLM.Server.OpenAi.Chat.Calls;
using LoopLM.Text.Constraints;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>What is told apart in a reply.</summary>
/// <param name="Thoughts">Whether it may begin with a thought.</param>
/// <param name="InThought">Whether the prompt has opened the thought already.</param>
/// <param name="Calls">How it may call tools; null where it may not.</param>
/// <param name="OneCall">Whether only the first call counts.</param>
internal readonly record struct ReplyFormat(bool Thoughts, bool InThought, ToolCallFormat? Calls, bool OneCall)
{
    public const string ThoughtStart = "<think>";
    public const string ThoughtEnd = "</think>";

    /// <summary>Whether it is held to calls, so that what is left of one that a limit has cut is no answer.</summary>
    public bool OnlyCalls { get; init; }

    /// <summary>How the tools' parameters are spelled, where that differs.</summary>
    public FunctionParameters? Parameters { get; init; }

    /// <summary>How a thought stands before an answer that is held to a form; null where none may.</summary>
    public ThoughtSyntax? Thought => Thoughts ? new(InThought ? null : ThoughtStart, ThoughtEnd) : null;

    /// <summary>What is told apart in the reply to a prompt.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="model">Says how it marks thoughts and writes calls.</param>
    /// <param name="prompt">The prompt, which may have begun the thought, or ended it where the answer is held to a form.</param>
    public static ReplyFormat Of(ReplyRequest request, ServedModel model, string prompt)
    {
        var end = prompt.AsSpan().TrimEnd();
        var tools = request.Conversation.Tools;
        var isHeld = request.Text.Constraints.Format is not null || tools.Forced.Count > 0;
        var thoughts = request.SeparateReasoning && model.ChatTemplate.MarksThoughts && !(isHeld && end.EndsWith(ThoughtEnd));
        var calls = tools.Value is null ? null : model.ToolCalls;
        return new(thoughts, thoughts && end.EndsWith(ThoughtStart), calls, tools.OneCall)
        {
            OnlyCalls = tools.Forced.Count > 0,
            Parameters = calls?.Syntax.Arguments == ArgumentSyntax.Tags ? FunctionParameters.Of(tools.Functions) : null,
        };
    }
}
