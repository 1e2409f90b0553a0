using LoopLM.Server.Conversations;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>
/// What the assistant says in one turn: a request has an item for its reasoning, its message and
/// each call, chat templates one message for all.
/// </summary>
/// <param name="messages">Takes the message at the end of the turn.</param>
internal sealed class AssistantTurn(List<ChatMessage> messages)
{
    private readonly List<ToolCall> _calls = [];
    private string? _reasoning;
    private string? _text;

    /// <summary>Adds reasoning; an empty one is none. One after the message or a call begins a new turn.</summary>
    public void Think(string reasoning)
    {
        if (reasoning.Length == 0)
        {
            return;
        }

        if (_text is not null || _calls.Count > 0)
        {
            End();
        }

        _reasoning = _reasoning is null ? reasoning : $"{_reasoning}\n{reasoning}";
    }

    /// <summary>Adds the message. One after another or a call begins a new turn.</summary>
    public void Say(string text)
    {
        if (_text is not null || _calls.Count > 0)
        {
            End();
        }

        _text = text;
    }

    /// <summary>Adds a call.</summary>
    public void Call(ToolCall call) => _calls.Add(call);

    /// <summary>Ends the turn, if it has begun.</summary>
    public void End()
    {
        if (_reasoning is not null || _text is not null || _calls.Count > 0)
        {
            messages.Add(ChatMessage.Of("assistant", _text ?? "", reasoning: _reasoning, calls: _calls.Count > 0 ? [.. _calls] : null));
        }

        (_reasoning, _text) = (null, null);
        _calls.Clear();
    }
}
