namespace LoopLM.Tools.Eval;

/// <summary>
/// Which keys and values of earlier positions a decoded token sees in every loop (Ouro, section 5.4.2): one set for all loops.
/// </summary>
internal enum KvReuse
{
    /// <summary>Those of loop 1.</summary>
    FirstLoop,

    /// <summary>The mean over loops.</summary>
    Averaged,

    /// <summary>Those of the last loop.</summary>
    LastLoop,
}
