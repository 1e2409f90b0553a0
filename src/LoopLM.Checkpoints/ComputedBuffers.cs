namespace LoopLM.Checkpoints;

/// <summary>Tensors that some files hold although every model computes them from its configuration.</summary>
internal static class ComputedBuffers
{
    private static readonly string[] s_endings =
    [
        ".rotary_emb.inv_freq", ".rotary_emb.original_inv_freq", ".rotary_emb.cos_cached", ".rotary_emb.sin_cached",
        ".masked_bias", ".position_ids",
    ];

    /// <summary>Whether a tensor is one of them.</summary>
    public static bool Contain(string name) => s_endings.Any(ending => $".{name}".EndsWith(ending, StringComparison.Ordinal));
}
