using LoopLM.Engine.Runners;

namespace LoopLM.Torch.Tests.Runners;

/// <summary>Rows of consecutive positions, each with the slots that it sees.</summary>
internal static class Chunks
{
    /// <summary>One loop of consecutive positions, in slots and row slots of their own.</summary>
    /// <param name="tokens">The tokens from position 0.</param>
    /// <param name="loop">The loop, from 1.</param>
    /// <param name="first">The first position to run.</param>
    /// <param name="sequence">The sequence.</param>
    /// <param name="firstSlot">Loop t of position p has the slot firstSlot + (t - 1) * length + p.</param>
    /// <param name="firstRowSlot">Position p has the row slot firstRowSlot + p.</param>
    public static (LoopRow Row, ReadOnlyMemory<int> Slots)[] Of(
        int[] tokens, int loop, int first = 0, int sequence = 0, int firstSlot = 0, int firstRowSlot = 0)
    {
        var slots = Enumerable.Range(firstSlot + ((loop - 1) * tokens.Length), tokens.Length).ToArray();
        return [.. Enumerable.Range(first, tokens.Length - first).Select(position => (
            new LoopRow(firstRowSlot + position, sequence, position, loop, slots[position], tokens[position]),
            (ReadOnlyMemory<int>)slots.AsMemory(0, position + 1)))];
    }
}
