namespace LoopLM.Server.Replies;

/// <summary>A part of what the assistant says.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text; of a call, the arguments or a piece of them.</param>
/// <param name="Name">The tool that a call names; null elsewhere.</param>
/// <param name="Id">By which the result of a call will name it; null elsewhere.</param>
internal readonly record struct ReplyPart(ReplyPartKind Kind, string Text, string? Name = null, string? Id = null);
