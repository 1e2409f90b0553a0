using LoopLM.Text.Constraints;

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

    /// <summary>How calls are written where they are enforced, as models of this format are trained to.</summary>
    public static CallSyntax CallSyntax { get; } = new($"{CallStart}\n{{\"name\": \"", "\", \"arguments\": ", $"}}\n{CallEnd}", "\n");
}
