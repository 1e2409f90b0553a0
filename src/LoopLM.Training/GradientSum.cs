using LoopLM.Torch.Ouro;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LoopLM.Training;

/// <summary>
/// Adds the gradients of micro-batches in their order, whatever the order in which they finish: the sum does not depend on threads.
/// </summary>
internal sealed class GradientSum : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, GradientPass> _waiting = [];
    private readonly List<Tensor> _sums;
    private int _next;

    /// <summary>Starts at zero.</summary>
    public GradientSum(IReadOnlyList<Parameter> parameters) =>
        _sums = [.. parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];

    /// <summary>The sums so far, in the order of the parameters.</summary>
    public IReadOnlyList<Tensor> Sums => _sums;

    /// <summary>The passes that were added, in order; their gradients are disposed.</summary>
    public List<GradientPass> Passes { get; } = [];

    /// <summary>Takes over the gradients of one micro-batch.</summary>
    /// <param name="index">Its place, from 0.</param>
    /// <param name="pass">The gradients; they belong to no dispose scope.</param>
    public void Add(int index, GradientPass pass)
    {
        lock (_gate)
        {
            _waiting.Add(index, pass);
            for (; _waiting.Remove(_next, out var ready); _next++)
            {
                Accumulate(ready);
                Passes.Add(ready);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _sums.Concat(_waiting.Values.SelectMany(pass => pass.Gradients)))
        {
            tensor.Dispose();
        }
    }

    private void Accumulate(GradientPass pass)
    {
        using var _ = no_grad();
        for (var i = 0; i < _sums.Count; i++)
        {
            _sums[i].Add(pass.Gradients[i]);
            pass.Gradients[i].Dispose();
        }
    }
}
