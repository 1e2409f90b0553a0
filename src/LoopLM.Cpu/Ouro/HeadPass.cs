using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Storage;
using LoopLM.Cpu.Threading;
using LoopLM.Engine.Runners;

namespace LoopLM.Cpu.Ouro;

/// <summary>The head over the states in some row slots, on all threads of a team.</summary>
internal sealed unsafe class HeadPass(WeightMatrix head, ThreadTeam team, Activations activations) : ITeamJob
{
    private readonly TeamSizes _sizes = new(team.Size);
    private int _rows;
    private float* _logits;

    /// <summary>Runs the head; see <see cref="IModelRunner.RunHead"/>. The rows have been checked.</summary>
    public void Run(ReadOnlySpan<LoopRow> rows, Span<float> logits)
    {
        var (length, inputs) = (activations.HiddenLength, activations.Streams[0].Normalised);
        for (var row = 0; row < rows.Length; row++)
        {
            new ReadOnlySpan<float>(activations.States + ((nint)rows[row].RowSlot * length), length).CopyTo(new(inputs[row], length));
            inputs.Prepare(row);
        }

        fixed (float* destination = logits)
        {
            _rows = rows.Length;
            _logits = destination;
            team.Run(this, _rows, _sizes);
        }
    }

    /// <inheritdoc/>
    public void Execute(int thread) =>
        head.MultiplyTogether(team, thread, activations.Streams[0].Normalised, _rows, _logits, head.Outputs);
}
