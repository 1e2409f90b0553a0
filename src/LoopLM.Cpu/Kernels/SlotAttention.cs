namespace LoopLM.Cpu.Kernels;

/// <summary>The arithmetic of attention on one head of the KV slots: some positions of some queries.</summary>
internal abstract unsafe class SlotAttention
{
    /// <summary>Stores one head of keys or values, of padded length.</summary>
    /// <param name="head">The numbers.</param>
    /// <param name="slots">Slot 0 of that head in the cache.</param>
    /// <param name="slot">The slot to write.</param>
    public abstract void Write(float* head, byte* slots, int slot);

    /// <summary>scores[row][p] = queries[row] . keys[slots[p]].</summary>
    /// <param name="queries">One head of padded length for each row.</param>
    /// <param name="queryStride">Floats from one query to the next.</param>
    /// <param name="rows">How many queries.</param>
    /// <param name="keys">Slot 0 of the head's keys.</param>
    /// <param name="slots">The slots of the positions.</param>
    /// <param name="count">How many positions, at least one.</param>
    /// <param name="scores">Receives as many floats for each row, padded.</param>
    /// <param name="scoreStride">Floats from the scores of one row to those of the next.</param>
    public abstract void Score(
        float* queries, nint queryStride, int rows, byte* keys, int* slots, int count, float* scores, nint scoreStride);

    /// <summary>scores[p] = exp(scores[p] - their maximum); returns their sum. What pads the scores becomes zero.</summary>
    public abstract float Exponentiate(float* scores, int count);

    /// <summary>outputs[row] += sum of weights[row][p] * values[slots[p]].</summary>
    /// <param name="weights">The weights of the positions for each row, padded with zeros.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="values">Slot 0 of the head's values.</param>
    /// <param name="slots">The slots of the positions.</param>
    /// <param name="count">How many positions, at least one.</param>
    /// <param name="outputs">One head of padded length for each row.</param>
    /// <param name="stride">Floats from the weights of one row to those of the next, and from output to output.</param>
    public abstract void Mix(float* weights, int rows, byte* values, int* slots, int count, float* outputs, nint stride);

    /// <summary>head[i] *= factor.</summary>
    /// <param name="head">One head of padded length.</param>
    /// <param name="factor">The factor.</param>
    public abstract void Scale(float* head, float factor);
}
