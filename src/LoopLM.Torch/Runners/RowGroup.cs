namespace LoopLM.Torch.Runners;

/// <summary>Rows of a tick that attend together: S rows of each of B sequences, all seeing at most N slots.</summary>
/// <param name="First">Place of the group's first row in <see cref="AttentionGroups.Order"/>.</param>
/// <param name="Sequences">B; 1 for a prompt chunk.</param>
/// <param name="RowsEach">S; 1 for a group of single rows.</param>
/// <param name="Keys">N.</param>
internal readonly record struct RowGroup(int First, int Sequences, int RowsEach, int Keys)
{
    /// <summary>B * S.</summary>
    public int Rows => Sequences * RowsEach;

    /// <summary>B * N: the slot table of a sequence is that of its last row, padded.</summary>
    public int Slots => checked(Sequences * Keys);
}
