using System.Text;
using LoopLM.Server.Replies;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>An item of a response's output, as far as it has come: reasoning, a message or a call.</summary>
/// <param name="index">Its place in the output.</param>
/// <param name="kind">What it is.</param>
/// <param name="name">The tool that it calls; null elsewhere.</param>
/// <param name="callId">By which the result of a call names it; null elsewhere.</param>
internal sealed class OutputItem(int index, ReplyPartKind kind, string? name, string? callId)
{
    public int Index { get; } = index;

    public ReplyPartKind Kind { get; } = kind;

    public string? Name { get; } = name;

    public string Id { get; } = kind switch
    {
        ReplyPartKind.Reasoning => $"rs_{Guid.NewGuid():N}",
        ReplyPartKind.Content => $"msg_{Guid.NewGuid():N}",
        _ => $"fc_{Guid.NewGuid():N}",
    };

    /// <summary>By which the result of a call names it.</summary>
    public string? CallId { get; } = callId;

    public ResponseStatus Status { get; set; }

    /// <summary>Its text; of a call, the arguments.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>The tokens that gave the text; marks are none of them.</summary>
    public List<TextEvent> Tokens { get; } = [];
}
