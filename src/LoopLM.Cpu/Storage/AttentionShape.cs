namespace LoopLM.Cpu.Storage;

/// <summary>The heads of a layer's attention.</summary>
/// <param name="Heads">Heads of queries.</param>
/// <param name="KvHeads">Heads of keys and values, a divisor of <see cref="Heads"/>.</param>
/// <param name="HeadDimension">Length of a head.</param>
internal readonly record struct AttentionShape(int Heads, int KvHeads, int HeadDimension)
{
    /// <summary>Heads of queries that share a head of keys and values.</summary>
    public int Group => Heads / KvHeads;
}
