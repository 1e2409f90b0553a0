namespace LoopLM.Engine.Kv;

/// <summary>How much of a common beginning a request reuses.</summary>
public enum PrefixReuse
{
    /// <summary>Positions that ran all loops of the model, so that what is generated is what it is without reuse, to the bit.</summary>
    Exact,

    /// <summary>
    /// Also generated positions that left early, and those after them, as they were computed. A long conversation then computes its new
    /// tokens alone, and what is generated can differ from what it is without reuse.
    /// </summary>
    AsGenerated,
}
