using LoopLM.Jinja;

namespace LoopLM.Text.Templates;

/// <summary>What a chat template turns into a prompt.</summary>
public sealed record Conversation
{
    /// <summary>The messages: mappings with a <c>role</c> and a <c>content</c>.</summary>
    public required IReadOnlyList<JinjaValue> Messages { get; init; }

    /// <summary>The tools that the model may call, as OpenAI describes them; null for none.</summary>
    public JinjaValue? Tools { get; init; }

    /// <summary>Variables of the request's own, such as <c>enable_thinking</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, JinjaValue>> Variables { get; init; } = [];

    /// <summary>Whether the prompt ends where the assistant's next message begins.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>The text of the last message where the prompt is to end with it, so that the model goes on writing it; null where it is not.</summary>
    public string? ContinuedText { get; init; }
}
