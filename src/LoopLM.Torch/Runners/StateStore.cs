using LoopLM.Torch.Ouro;
using static TorchSharp.torch;

namespace LoopLM.Torch.Runners;

/// <summary>The states of rows between ticks: one row slot each, [rowSlots, hidden].</summary>
internal sealed class StateStore : IDisposable
{
    private readonly Tensor _states;

    public StateStore(int rowSlots, int hiddenSize, Placement placement) =>
        _states = zeros(rowSlots, hiddenSize, placement.DataType, placement.Device).DetachFromDisposeScope();

    /// <summary>Copies the states [N, hidden] of N row slots.</summary>
    public Tensor Read(Tensor rowSlots) => _states.index_select(0, rowSlots);

    /// <summary>Leaves states [N, hidden] in N distinct row slots.</summary>
    public void Write(Tensor rowSlots, Tensor states) => _states.index_copy_(0, rowSlots, states);

    public void Dispose() => _states.Dispose();
}
