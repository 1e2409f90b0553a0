using LoopLM.Server.Conversations;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>What the assistant says in one turn: a request has an item for its thought, its message and each call, chat templates one message for all.</summary>
/// <param name="messages">Takes the message at the end of the turn.</param>
internal sealed class AssistantTurn(List<ChatMessage> messages)
{
    private readonly List<ToolCall> _calls = [];
    private string? _thought;
    private string? _text;

    /// <summary>Adds a thought; an empty one is none. One behind the message or a call begins a new turn.</summary>
    public void Think(string thought)
    {
        if (thought.Length == 0)
        {
            return;
        }

        if (_text is not null || _calls.Count > 0)
        {
            End();
        }

        _thought = _thought is null ? thought : $"{_thought}\n{thought}";
    }

    /// <summary>Adds the message. One behind another or a call begins a new turn.</summary>
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
        if (_thought is not null || _text is not null || _calls.Count > 0)
        {
            messages.Add(ChatMessage.Of("assistant", _text ?? "", reasoning: _thought, calls: _calls.Count > 0 ? [.. _calls] : null));
        }

        (_thought, _text) = (null, null);
        _calls.Clear();
    }
}
