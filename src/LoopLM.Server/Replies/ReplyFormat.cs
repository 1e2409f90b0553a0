using LoopLM.Server.Replies.Calls;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.Replies;

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
}
