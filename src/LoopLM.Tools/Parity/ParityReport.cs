namespace LoopLM.Tools.Parity;

/// <summary>What one runner made of one golden folder.</summary>
internal sealed record ParityReport(
    string Folder, string Runner, IReadOnlyList<TensorError> Tensors, IReadOnlyList<TraceResult> Traces)
{
    /// <summary>Whether every number is within the tolerances and every trace equal.</summary>
    public bool Agrees => Tensors.All(tensor => tensor.Outside == 0) && Traces.All(trace => trace.Equal == trace.Total);
}
