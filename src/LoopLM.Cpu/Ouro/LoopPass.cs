using LoopLM.Checkpoints.Configuration;
using LoopLM.Cpu.Attention;
using LoopLM.Cpu.Simd;
using LoopLM.Cpu.Threading;
using LoopLM.Cpu.Weights;
using LoopLM.Engine.Runners;

namespace LoopLM.Cpu.Ouro;

/// <summary>One loop of all rows of a batch, h = Norm(Layers(h)), on all threads of a team.</summary>
/// <remarks>
/// A phase splits rows, heads or outputs among the threads; the team meets between phases. No number depends on the split:
/// whatever is summed is summed by one thread, in an order that only its row decides.
/// </remarks>
internal sealed unsafe class LoopPass(
    OuroConfig config, OuroWeights weights, Kernels kernels, ThreadTeam team, Activations activations, KvPool pool, RotaryTable rotary) : ITeamJob
{
    // Parts of a matrix begin where a cache line of its result does.
    private const int Grain = 16;

    private readonly BatchAttention _attention = new(config, kernels, pool, activations);
    private readonly float _queryScale = 1 / MathF.Sqrt(config.HeadDimension);
    private LoopBatch? _batch;
    private int _rows;
    private float* _gateLogits;
    private float* _stateChanges;

    /// <summary>Runs the loop; see <see cref="IModelRunner.RunLoop"/>. The batch has been checked.</summary>
    public void Run(LoopBatch batch, Span<float> gateLogits, Span<float> stateChanges)
    {
        fixed (float* gates = gateLogits, changes = stateChanges)
        {
            (_batch, _rows) = (batch, batch.Rows.Length);
            _attention.Plan(batch);
            _gateLogits = gates;
            _stateChanges = changes;
            team.Run(this);
            _batch = null;
        }
    }

    /// <inheritdoc/>
    public void Execute(int thread)
    {
        var rows = Share.Of(_rows, thread, team.Size);
        Enter(rows);
        team.Synchronize();
        for (var layer = 0; layer < weights.Layers.Length; layer++)
        {
            var layerWeights = weights.Layers[layer];
            Project(layer, thread);
            team.Synchronize();
            _attention.Attend(_batch!, layer, thread, team.Size);
            team.Synchronize();
            Quantise(activations.Attended, rows);
            Multiply(layerWeights.AttentionOutput, activations.Attended, thread);
            team.Synchronize();
            AddBranch(layerWeights.AfterAttention, layerWeights.BeforeMlp, rows);
            team.Synchronize();
            MultiplyGateAndUp(layerWeights, thread);
            team.Synchronize();
            Quantise(activations.Gate, rows);
            Multiply(layerWeights.Down, activations.Gate, thread);
            team.Synchronize();
            AddBranch(layerWeights.AfterMlp, layer + 1 < weights.Layers.Length ? weights.Layers[layer + 1].BeforeAttention : weights.Norm, rows);
            team.Synchronize();
        }

        Leave(rows);
    }

    /// <summary>Rows at loop 1 start from their token's embedding, the others from the state they left.</summary>
    private void Enter(Share rows)
    {
        for (var row = rows.First; row < rows.End; row++)
        {
            ref readonly var planned = ref _batch!.Rows[row];
            var hidden = new Span<float>(Hidden(row), activations.HiddenLength);
            if (planned.Loop == 1)
            {
                hidden[config.HiddenSize..].Clear();
                weights.Embedding.CopyTo((long)planned.Token * config.HiddenSize, hidden[..config.HiddenSize]);
            }
            else
            {
                new ReadOnlySpan<float>(State(planned.RowSlot), activations.HiddenLength).CopyTo(hidden);
            }

            rotary.Fill(row, planned.Position);
            Normalise(row, weights.Layers[0].BeforeAttention);
        }
    }

    /// <summary>Queries, keys and values, one head of all rows at a time; keys and values go into their slots.</summary>
    private void Project(int layer, int thread)
    {
        var (heads, kvHeads) = (config.Heads, config.KvHeads);
        var share = Share.Of(heads + (2 * kvHeads), thread, team.Size);
        for (var unit = share.First; unit < share.End; unit++)
        {
            if (unit < heads)
            {
                ProjectHead(weights.Layers[layer].Queries, unit, unit);
                Rotate(unit, _queryScale);
            }
            else if (unit < heads + kvHeads)
            {
                ProjectHead(weights.Layers[layer].Keys, unit - heads, unit);
                Rotate(unit, 1);
                Write(unit, pool.Keys(layer, unit - heads));
            }
            else
            {
                ProjectHead(weights.Layers[layer].Values, unit - heads - kvHeads, unit);
                Write(unit, pool.Values(layer, unit - heads - kvHeads));
            }
        }
    }

    private void ProjectHead(WeightMatrix matrix, int head, int unit)
    {
        var first = head * config.HeadDimension;
        matrix.Multiply(
            activations.Normalised, _rows, activations.ProjectedHead(0, unit) - first, activations.ProjectedLength, first, first + config.HeadDimension);
    }

    private void Rotate(int unit, float scale)
    {
        for (var row = 0; row < _rows; row++)
        {
            kernels.Rotate(activations.ProjectedHead(row, unit), rotary.Cosine(row), rotary.Sine(row), rotary.Half, scale);
        }
    }

    private void Write(int unit, byte* slots)
    {
        var rows = _batch!.Rows;
        for (var row = 0; row < rows.Length; row++)
        {
            _attention.Write(activations.ProjectedHead(row, unit), slots, rows[row].KvSlot);
        }
    }

    /// <summary>Quantises what all threads made together, where the matrices need it.</summary>
    private void Quantise(InputRows inputs, Share rows)
    {
        if (inputs.AreQuantised)
        {
            for (var row = rows.First; row < rows.End; row++)
            {
                inputs.Quantise(row);
            }

            team.Synchronize();
        }
    }

    /// <summary>A block's last matrix.</summary>
    private void Multiply(WeightMatrix matrix, InputRows inputs, int thread)
    {
        var outputs = Share.Of(matrix.Outputs, thread, team.Size, Grain);
        matrix.Multiply(inputs, _rows, activations.Branch, activations.HiddenLength, outputs.First, outputs.End);
    }

    private void MultiplyGateAndUp(LayerWeights layer, int thread)
    {
        var outputs = Share.Of(config.IntermediateSize, thread, team.Size, Memory.Padding.Block);
        var length = activations.InnerLength;
        layer.Gate.Multiply(activations.Normalised, _rows, activations.Gate[0], activations.Gate.Stride, outputs.First, outputs.End);
        layer.Up.Multiply(activations.Normalised, _rows, activations.Up, length, outputs.First, outputs.End);
        for (var row = 0; row < _rows; row++)
        {
            var up = activations.Up + ((nint)row * length) + outputs.First;
            kernels.GateLinearUnit(activations.Gate[row] + outputs.First, up, Memory.Padding.Pad(outputs.Count));
        }
    }

    /// <summary>Adds a block's normalised result to the residual stream and normalises that for what comes next.</summary>
    private void AddBranch(float* norm, float* nextNorm, Share rows)
    {
        for (var row = rows.First; row < rows.End; row++)
        {
            var branch = activations.Branch + ((nint)row * activations.HiddenLength);
            kernels.AddScaled(branch, InverseRootMeanSquare(branch), norm, Hidden(row), activations.HiddenLength);
            Normalise(row, nextNorm);
        }
    }

    /// <summary>Leaves the new states in their row slots, with what is asked of them.</summary>
    private void Leave(Share rows)
    {
        var length = activations.HiddenLength;
        for (var row = rows.First; row < rows.End; row++)
        {
            ref readonly var planned = ref _batch!.Rows[row];
            float* state = State(planned.RowSlot), next = activations.Normalised[row];
            if (_stateChanges is not null)
            {
                _stateChanges[row] = planned.Loop == 1 ? float.PositiveInfinity : RelativeChange(state, next);
            }

            if (_gateLogits is not null)
            {
                _gateLogits[row] = kernels.Dot(next, weights.ExitGate, length) + weights.ExitGateBias;
            }

            new ReadOnlySpan<float>(next, length).CopyTo(new(state, length));
        }
    }

    /// <summary>|next - state| / |next|; 0 where both are 0.</summary>
    private float RelativeChange(float* state, float* next)
    {
        var change = MathF.Sqrt(kernels.SquaredDistance(next, state, activations.HiddenLength));
        return change == 0 ? 0 : change / MathF.Sqrt(kernels.Dot(next, next, activations.HiddenLength));
    }

    private void Normalise(int row, float* norm)
    {
        kernels.Scale(Hidden(row), InverseRootMeanSquare(Hidden(row)), norm, activations.Normalised[row], activations.HiddenLength);
        activations.Normalised.Quantise(row);
    }

    private float InverseRootMeanSquare(float* vector) =>
        1 / MathF.Sqrt((kernels.Dot(vector, vector, activations.HiddenLength) / config.HiddenSize) + config.RmsNormEpsilon);

    private float* Hidden(int row) => activations.Hidden + ((nint)row * activations.HiddenLength);

    private float* State(int rowSlot) => activations.States + ((nint)rowSlot * activations.HiddenLength);
}
