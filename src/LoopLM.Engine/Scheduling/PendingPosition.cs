namespace LoopLM.Engine.Scheduling;

/// <summary>A generated position whose next token is not published.</summary>
/// <param name="Token">Its token.</param>
/// <param name="DraftLoop">The loop of the position before that drafted the token; 0 where the token was chosen.</param>
internal record struct PendingPosition(int Token, int DraftLoop)
{
    /// <summary>The slot of its row; null while it waits for one.</summary>
    public int? RowSlot { get; set; }
}
