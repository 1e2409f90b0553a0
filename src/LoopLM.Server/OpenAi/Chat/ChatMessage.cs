using LoopLM.Text.Jinja;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>One message.</summary>
/// <param name="Role">system, user, assistant or tool.</param>
/// <param name="Content">Its text.</param>
/// <param name="Value">All of it, as templates see it.</param>
internal sealed record ChatMessage(string Role, string Content, JinjaValue Value);
