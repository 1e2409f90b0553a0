namespace LoopLM.Cpu.Attention;

/// <summary>Attention of one query over the slots that its row sees, in the order of their positions.</summary>
internal abstract unsafe class SlotAttention
{
    /// <summary>Stores one head of keys or values, of padded length.</summary>
    /// <param name="head">The numbers.</param>
    /// <param name="slots">Slot 0 of that head in the pool.</param>
    /// <param name="slot">The slot to write.</param>
    public abstract void Write(float* head, byte* slots, int slot);

    /// <summary>output = softmax(query . keys) values.</summary>
    /// <param name="query">One head of padded length, scaled by 1 / sqrt(d).</param>
    /// <param name="keys">Slot 0 of the head's keys.</param>
    /// <param name="values">Slot 0 of the head's values.</param>
    /// <param name="visible">The slots, at least one.</param>
    /// <param name="scores">Scratch for as many floats, padded.</param>
    /// <param name="output">Receives one head of padded length.</param>
    public abstract void Attend(float* query, byte* keys, byte* values, ReadOnlySpan<int> visible, float* scores, float* output);
}
