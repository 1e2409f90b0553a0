namespace LoopLM.Engine.Scheduling;

/// <summary>A generated position whose next token is not published.</summary>
/// <param name="Token">Its token.</param>
internal record struct PendingPosition(int Token)
{
    /// <summary>The slot of its row; null while it waits for one.</summary>
    public int? RowSlot { get; set; }
}
