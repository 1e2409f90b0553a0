using LoopLM.Jinja;
using LoopLM.Text.Templates;

namespace LoopLM.Server.Conversations;

/// <summary>One message.</summary>
/// <param name="Role">system, user, assistant or tool.</param>
/// <param name="Content">Its text.</param>
/// <param name="Members">All of it but the calls, as templates see it.</param>
/// <param name="Calls">The calls of tools that it makes; null for none.</param>
internal sealed record ChatMessage(
    string Role, string Content, IReadOnlyList<KeyValuePair<string, JinjaValue>> Members, IReadOnlyList<ToolCall>? Calls)
{
    /// <summary>All of it, as a template sees it.</summary>
    /// <param name="forms">How the template takes the arguments of calls.</param>
    public JinjaValue ToValue(ArgumentForms forms) => JinjaValue.Of(
        Calls is null ? Members : Members.Append(new("tool_calls", JinjaValue.Of([.. Calls.Select(call => call.ToValue(forms))]))));

    /// <summary>Makes a message; templates do not see what is null.</summary>
    /// <param name="role">system, user, assistant or tool.</param>
    /// <param name="content">Its text.</param>
    /// <param name="name">Who says it.</param>
    /// <param name="reasoning">The thought before it.</param>
    /// <param name="calls">The calls of tools that it makes.</param>
    /// <param name="callId">The call whose result it is.</param>
    public static ChatMessage Of(
        string role,
        string content,
        string? name = null,
        string? reasoning = null,
        IReadOnlyList<ToolCall>? calls = null,
        string? callId = null)
    {
        var members = new List<KeyValuePair<string, JinjaValue>> { new("role", JinjaValue.Of(role)), new("content", JinjaValue.Of(content)) };
        Add("name", name is null ? null : JinjaValue.Of(name));
        Add("reasoning_content", reasoning is null ? null : JinjaValue.Of(reasoning));
        Add("tool_call_id", callId is null ? null : JinjaValue.Of(callId));
        return new ChatMessage(role, content, members, calls);

        void Add(string member, JinjaValue? value)
        {
            if (value is not null)
            {
                members.Add(new(member, value));
            }
        }
    }
}
