using LoopLM.Server.Replies.Calls;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.Replies;

/// <summary>What is separated in a reply.</summary>
/// <param name="MayReason">Whether it may begin with reasoning.</param>
/// <param name="InReasoning">Whether the prompt has opened the reasoning already.</param>
/// <param name="Calls">How it may call tools; null where it may not.</param>
/// <param name="OneCall">Whether only the first call counts.</param>
internal readonly record struct ReplyFormat(bool MayReason, bool InReasoning, ToolCallFormat? Calls, bool OneCall)
{
    public const string ReasoningStart = "<think>";
    public const string ReasoningEnd = "</think>";

    /// <summary>Whether it is held to calls, so that what is left of one that a limit has cut is no answer.</summary>
    public bool OnlyCalls { get; init; }

    /// <summary>How the tools' parameters are spelled, where that differs.</summary>
    public FunctionParameters? Parameters { get; init; }

    /// <summary>How reasoning is before an answer that is held to a format; null where none may.</summary>
    public ReasoningSyntax? Reasoning => MayReason ? new(InReasoning ? null : ReasoningStart, ReasoningEnd) : null;
}
