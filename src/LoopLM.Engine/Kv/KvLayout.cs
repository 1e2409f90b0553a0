namespace LoopLM.Engine.Kv;

/// <summary>Which earlier K and V a loop of a later token sees.</summary>
public enum KvLayout
{
    /// <summary>Loop t sees an earlier token's K and V of loop min(t, its exit step). Exact at full depth.</summary>
    LastExited,

    /// <summary>Once the prompt is done, every loop sees an earlier token's K and V of its last loop. One slot a token.</summary>
    Shared,
}
