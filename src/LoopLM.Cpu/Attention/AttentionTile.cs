namespace LoopLM.Cpu.Attention;

/// <summary>Rows that see the same slots, each from position 0 to its own.</summary>
/// <param name="FirstRow">Index of the first row in the batch; the positions of those that follow rise.</param>
/// <param name="Rows">How many.</param>
/// <param name="Cost">Positions that they see together.</param>
/// <param name="CostBefore">The costs of the tiles before this one.</param>
internal readonly record struct AttentionTile(int FirstRow, int Rows, long Cost, long CostBefore)
{
    /// <summary>The row that sees all of the tile's slots.</summary>
    public int LastRow => FirstRow + Rows - 1;
}
