namespace LoopLM.Engine.Runners;

/// <summary>One loop of one position of one sequence: the unit of scheduling.</summary>
/// <param name="RowSlot">Where the runner keeps the row's state between ticks, 0..Rows-1.</param>
/// <param name="Sequence">The sequence's number, unique among live sequences.</param>
/// <param name="Position">The token's index in its sequence, from 0; it never moves with depth.</param>
/// <param name="Loop">The loop to run, from 1.</param>
/// <param name="KvSlot">The slot that receives K and V of this loop.</param>
/// <param name="Token">The token id. A runner reads it at loop 1 only.</param>
public readonly record struct LoopRow(int RowSlot, int Sequence, int Position, int Loop, int KvSlot, int Token);
