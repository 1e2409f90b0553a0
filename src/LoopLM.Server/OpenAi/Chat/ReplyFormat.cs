using LoopLM.Text.Constraints;
using LoopLM.Text.Templates;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>What is told apart in a reply.</summary>
/// <param name="Thoughts">Whether it may begin with a thought.</param>
/// <param name="InThought">Whether the prompt has opened the thought already.</param>
/// <param name="Calls">Whether it may call tools.</param>
/// <param name="OneCall">Whether only the first call counts.</param>
internal readonly record struct ReplyFormat(bool Thoughts, bool InThought, bool Calls, bool OneCall)
{
    public const string ThoughtStart = "<think>";
    public const string ThoughtEnd = "</think>";
    public const string CallStart = "<tool_call>";
    public const string CallEnd = "</tool_call>";

    /// <summary>How a thought stands before an answer that is held to a form; null where none may.</summary>
    public ThoughtSyntax? Thought => Thoughts ? new(InThought ? null : ThoughtStart, ThoughtEnd) : null;

    /// <summary>How calls are written where they are enforced, as models of this format are trained to.</summary>
    public static CallSyntax CallSyntax { get; } = new($"{CallStart}\n{{\"name\": \"", "\", \"arguments\": ", $"}}\n{CallEnd}", "\n");

    /// <summary>What is told apart in the reply to a prompt.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="template">Says whether the model marks its thoughts.</param>
    /// <param name="prompt">The prompt, which may have begun the thought, or ended it where the answer is held to a form.</param>
    public static ReplyFormat Of(ReplyRequest request, ChatTemplate template, string prompt)
    {
        var end = prompt.AsSpan().TrimEnd();
        var thoughts = request.SeparateReasoning && template.MarksThoughts && !(request.Text.Format is not null && end.EndsWith(ThoughtEnd));
        var tools = request.Conversation.Tools;
        return new(thoughts, thoughts && end.EndsWith(ThoughtStart), tools.Value is not null, tools.OneCall);
    }
}
