using LoopLM.Text.Jinja;

namespace LoopLM.Server.OpenAi.Chat;

/// <summary>One message.</summary>
/// <param name="Role">system, user, assistant or tool.</param>
/// <param name="Content">Its text.</param>
/// <param name="Value">All of it, as templates see it.</param>
/// <param name="CallsTools">Whether it calls tools.</param>
internal sealed record ChatMessage(string Role, string Content, JinjaValue Value, bool CallsTools)
{
    /// <summary>Makes a message; templates do not see what is null.</summary>
    /// <param name="role">system, user, assistant or tool.</param>
    /// <param name="content">Its text.</param>
    /// <param name="name">Who says it.</param>
    /// <param name="reasoning">The thought before it.</param>
    /// <param name="calls">The calls of tools that it makes, as <see cref="ToolCalls"/> gives them.</param>
    /// <param name="callId">The call whose result it is.</param>
    public static ChatMessage Of(
        string role, string content, string? name = null, string? reasoning = null, IReadOnlyList<JinjaValue>? calls = null, string? callId = null)
    {
        var members = new List<KeyValuePair<string, JinjaValue>> { new("role", JinjaValue.Of(role)), new("content", JinjaValue.Of(content)) };
        Add("name", name is null ? null : JinjaValue.Of(name));
        Add("reasoning_content", reasoning is null ? null : JinjaValue.Of(reasoning));
        Add("tool_calls", calls is null ? null : JinjaValue.Of(calls));
        Add("tool_call_id", callId is null ? null : JinjaValue.Of(callId));
        return new ChatMessage(role, content, JinjaValue.Of(members), calls is not null);

        void Add(string member, JinjaValue? value)
        {
            if (value is not null)
            {
                members.Add(new(member, value));
            }
        }
    }
}
