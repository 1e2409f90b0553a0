using LoopLM.Engine.Kv;

namespace LoopLM.Tools.Parity;

/// <summary>How many traces came out equal, tokens and exit steps.</summary>
/// <param name="Layout">Their KV layout.</param>
/// <param name="Batched">Whether all traces of both layouts ran at once, or each alone.</param>
/// <param name="Equal">How many were equal.</param>
/// <param name="Total">How many there are.</param>
internal sealed record TraceResult(KvLayout Layout, bool Batched, int Equal, int Total);
