namespace LoopLM.Cpu.Attention;

/// <summary>The arithmetic of attention on one head of a <see cref="KvPool"/>: some positions of one query at a time, in the order of their positions.</summary>
internal abstract unsafe class SlotAttention
{
    /// <summary>Stores one head of keys or values, of padded length.</summary>
    /// <param name="head">The numbers.</param>
    /// <param name="slots">Slot 0 of that head in the pool.</param>
    /// <param name="slot">The slot to write.</param>
    public abstract void Write(float* head, byte* slots, int slot);

    /// <summary>scores[p] = query . keys[slots[p]].</summary>
    /// <param name="query">One head of padded length.</param>
    /// <param name="keys">Slot 0 of the head's keys.</param>
    /// <param name="slots">The slots of the positions.</param>
    /// <param name="count">How many, at least one.</param>
    /// <param name="scores">Receives as many floats, padded.</param>
    public abstract void Score(float* query, byte* keys, int* slots, int count, float* scores);

    /// <summary>scores[p] = exp(scores[p] - their maximum); returns their sum. What pads the scores becomes zero.</summary>
    public abstract float Exponentiate(float* scores, int count);

    /// <summary>output += sum of weights[p] * values[slots[p]].</summary>
    /// <param name="weights">The weights of the positions.</param>
    /// <param name="values">Slot 0 of the head's values.</param>
    /// <param name="slots">The slots of the positions.</param>
    /// <param name="count">How many, at least one.</param>
    /// <param name="output">One head of padded length.</param>
    public abstract void Mix(float* weights, byte* values, int* slots, int count, float* output);

    /// <summary>head[i] *= factor.</summary>
    /// <param name="head">One head of padded length.</param>
    /// <param name="factor">The factor.</param>
    public abstract void Scale(float* head, float factor);
}
