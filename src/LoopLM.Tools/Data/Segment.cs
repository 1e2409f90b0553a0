namespace LoopLM.Tools.Data;

/// <summary>A part of a document.</summary>
/// <param name="Text">Its text; names of special tokens in it become those tokens.</param>
/// <param name="IsTarget">Whether predicting its tokens is part of the loss.</param>
internal readonly record struct Segment(string Text, bool IsTarget)
{
    /// <summary>What an evaluation tells the segment's tokens apart by; null where it does not.</summary>
    public string? Label { get; init; }
}
