namespace LoopLM.Engine.Configuration;

/// <summary>Whether requests reuse what earlier ones computed of a common beginning. <see cref="Kv.PrefixReuse"/> says how much.</summary>
public enum PrefixCacheMode
{
    /// <summary>KV slots that no sequence needs keep beginnings of prompts.</summary>
    On,

    /// <summary>Every request computes its whole prompt.</summary>
    Off,
}
