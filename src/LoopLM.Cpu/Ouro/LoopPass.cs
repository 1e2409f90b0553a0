using LoopLM.Checkpoints.Configuration;
using LoopLM.Cpu.Attention;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Storage;
using LoopLM.Cpu.Threading;
using LoopLM.Engine.Runners;

namespace LoopLM.Cpu.Ouro;

/// <summary>One loop of all rows of a batch, h = Norm(Layers(h)), on all threads of a team.</summary>
/// <remarks>
/// A pass has phases. Each splits rows, heads or outputs among the threads, and a barrier is where a thread reads what others wrote:
/// <code>
/// 1  enter        rows     embedding or state into the residual stream; angles of the rows
///    for each layer:
/// 2  project      heads    queries, keys and values; keys and values into their slots
/// 3  attend       heads    what the rows see
/// 4  prepare      rows     the attended heads for the next matrix, where phase 3 cannot
/// 5  output       outputs  the matrix that ends attention
/// 6  add          rows     its result to the residual stream
/// 7  gate and up  outputs  the inner activations of the SwiGLU
/// 8  down         outputs  the matrix that ends it
/// 9  add          rows     its result to the residual stream
/// 10 leave        rows     the new states, gate logits and state changes
/// </code>
/// With few rows every thread has a residual stream of its own and adds all rows for itself. Then no barrier is between adding and
/// multiplying.
/// No number depends on the split: whatever is summed is summed by one thread, in an order that only its row decides.
/// </remarks>
internal sealed unsafe class LoopPass(
    OuroConfig config,
    OuroWeights weights,
    VectorKernels kernels,
    ThreadTeam team,
    Activations activations,
    KvCache cache,
    RotaryTable rotary) : ITeamJob
{
    private readonly BatchAttention _attention = new(OuroModel.ShapeOf(config).Attention, kernels, cache, activations);
    private readonly TeamSizes _sizes = new(team.Size);
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
            team.Run(this, _rows, _sizes);
            _batch = null;
        }
    }

    /// <inheritdoc/>
    public void Execute(int thread)
    {
        var share = Share.Of(_rows, thread, team.Working);
        var hasOwnStream = _rows <= Activations.FewRows;
        var stream = activations.Streams[hasOwnStream ? thread : 0];
        var rows = hasOwnStream ? new(0, _rows) : share;

        // Phase 1: enter.
        Enter(stream, rows);
        for (var row = share.First; row < share.End; row++)
        {
            rotary.Fill(row, _batch!.Rows[row].Position);
        }

        for (var layer = 0; layer < weights.Layers.Length; layer++)
        {
            // Barrier: phase 2 rotates by the angles of all rows, and reads all rows of a shared stream.
            if (layer == 0 || !hasOwnStream)
            {
                team.Synchronize(thread);
            }

            RunAttention(stream, layer, rows, share, thread);

            // Barrier: phase 7 reads all rows of a shared stream.
            if (!hasOwnStream)
            {
                team.Synchronize(thread);
            }

            RunMlp(stream, layer, rows, thread);
        }

        // Phase 10: leave. Its rows are those that this thread added last.
        Leave(stream, share);
    }

    /// <summary>Phases 2 to 6 of a layer.</summary>
    /// <param name="stream">The residual stream that this thread reads and adds to.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="rows">The rows that this thread adds.</param>
    /// <param name="share">The rows that no other thread prepares.</param>
    /// <param name="thread">The thread.</param>
    private void RunAttention(ResidualStream stream, int layer, Share rows, Share share, int thread)
    {
        // Phase 2: project.
        Project(stream, layer, thread);

        // Barrier: phase 3 reads queries, keys and values of heads that others projected, unless a thread attends for its own.
        if (!_attention.KeepsHeads(team.Working))
        {
            team.Synchronize(thread);
        }

        // Phase 3: attend.
        _attention.Attend(_batch!, layer, thread, team.Working);

        // Barrier: phases 4 and 5 read all attended heads of a row. Phase 5 overwrites the branch that phase 9 read.
        team.Synchronize(thread);
        if (activations.Attended.NeedPreparation && !_attention.Prepares)
        {
            // Phase 4: prepare.
            PrepareAttended(share);

            // Barrier: phase 5 reads all prepared rows.
            team.Synchronize(thread);
        }

        // Phase 5: output.
        Multiply(weights.Layers[layer].AttentionOutput, activations.Attended, thread);

        // Barrier: phase 6 reads all outputs of a row.
        team.Synchronize(thread);

        // Phase 6: add.
        AddBranch(stream, rows, weights.Layers[layer].AfterAttention, weights.Layers[layer].BeforeMlp);
    }

    /// <summary>Phases 7 to 9 of a layer.</summary>
    private void RunMlp(ResidualStream stream, int layer, Share rows, int thread)
    {
        // Phase 7: gate and up.
        MultiplyGateAndUp(stream, weights.Layers[layer], thread);

        // Barrier: phase 8 reads all inner activations of a row, and overwrites the branch that phase 6 read.
        team.Synchronize(thread);

        // Phase 8: down.
        Multiply(weights.Layers[layer].Down, activations.Gate, thread);

        // Barrier: phase 9 reads all outputs of a row.
        team.Synchronize(thread);

        // Phase 9: add. What comes next is the next layer or the norm that ends a loop.
        var nextNorm = layer + 1 < weights.Layers.Length ? weights.Layers[layer + 1].BeforeAttention : weights.Norm;
        AddBranch(stream, rows, weights.Layers[layer].AfterMlp, nextNorm);
    }

    /// <summary>Rows at loop 1 start from their token's embedding, the others from the state they left.</summary>
    private void Enter(ResidualStream stream, Share rows)
    {
        for (var row = rows.First; row < rows.End; row++)
        {
            ref readonly var planned = ref _batch!.Rows[row];
            var hidden = new Span<float>(stream.Hidden(row), activations.HiddenLength);
            if (planned.Loop == 1)
            {
                hidden[config.HiddenSize..].Clear();
                weights.Embedding.CopyTo((long)planned.Token * config.HiddenSize, hidden[..config.HiddenSize]);
            }
            else
            {
                new ReadOnlySpan<float>(State(planned.RowSlot), activations.HiddenLength).CopyTo(hidden);
            }

            Normalise(stream, row, weights.Layers[0].BeforeAttention);
        }
    }

    /// <summary>
    /// Queries, keys and values, one head of all rows at a time; keys and values go into their slots. The queries, the keys
    /// and the values that meet in attention are together.
    /// </summary>
    private void Project(ResidualStream stream, int layer, int thread)
    {
        var (heads, kvHeads) = (config.Heads, config.KvHeads);
        var group = heads / kvHeads;
        var share = Share.Of(heads + (2 * kvHeads), thread, team.Working);
        for (var i = share.First; i < share.End; i++)
        {
            var (kvHead, member) = Math.DivRem(i, group + 2);
            if (member < group)
            {
                var head = (kvHead * group) + member;
                ProjectHead(stream, weights.Layers[layer].Queries, head, head);
                Rotate(head, _queryScale);
            }
            else if (member == group)
            {
                var unit = heads + kvHead;
                ProjectHead(stream, weights.Layers[layer].Keys, kvHead, unit);
                Rotate(unit, 1);
                Write(unit, cache.Keys(layer, kvHead));
            }
            else
            {
                var unit = heads + kvHeads + kvHead;
                ProjectHead(stream, weights.Layers[layer].Values, kvHead, unit);
                Write(unit, cache.Values(layer, kvHead));
            }
        }
    }

    private void ProjectHead(ResidualStream stream, WeightMatrix matrix, int head, int unit)
    {
        var first = head * config.HeadDimension;
        matrix.Multiply(
            stream.Normalised, _rows, activations.ProjectedHead(0, unit) - first,
            activations.ProjectedLength, first, first + config.HeadDimension);
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

    private void PrepareAttended(Share rows)
    {
        for (var row = rows.First; row < rows.End; row++)
        {
            activations.Attended.Prepare(row);
        }
    }

    /// <summary>A block's last matrix.</summary>
    private void Multiply(WeightMatrix matrix, QuantizedActivations inputs, int thread) =>
        matrix.MultiplyTogether(team, thread, inputs, _rows, activations.Branch, activations.HiddenLength);

    private void MultiplyGateAndUp(ResidualStream stream, LayerWeights layer, int thread)
    {
        var length = activations.InnerLength;
        foreach (var outputs in team.Chunks(thread, config.IntermediateSize, activations.Gate.Grain, stream.Normalised.ChunkOutputs))
        {
            var paddedCount = Memory.Padding.Pad(outputs.Count);
            layer.Gate.Multiply(stream.Normalised, _rows, activations.Gate[0], activations.Gate.Stride, outputs.First, outputs.End);
            layer.Up.Multiply(stream.Normalised, _rows, activations.Up, length, outputs.First, outputs.End);
            for (var row = 0; row < _rows; row++)
            {
                kernels.GateLinearUnit(
                    activations.Gate[row] + outputs.First, activations.Up + ((nint)row * length) + outputs.First, paddedCount);
                activations.Gate.Prepare(row, outputs.First, paddedCount);
            }
        }
    }

    /// <summary>Adds a block's normalised result to the residual stream and normalises that for what comes next.</summary>
    private void AddBranch(ResidualStream stream, Share rows, float* norm, float* nextNorm)
    {
        for (var row = rows.First; row < rows.End; row++)
        {
            var branch = activations.Branch + ((nint)row * activations.HiddenLength);
            kernels.AddScaled(branch, InverseRootMeanSquare(branch), norm, stream.Hidden(row), activations.HiddenLength);
            Normalise(stream, row, nextNorm);
        }
    }

    /// <summary>Leaves the new states in their row slots, with what is asked of them.</summary>
    private void Leave(ResidualStream stream, Share rows)
    {
        var length = activations.HiddenLength;
        for (var row = rows.First; row < rows.End; row++)
        {
            ref readonly var planned = ref _batch!.Rows[row];
            float* state = State(planned.RowSlot), next = stream.Normalised[row];
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

    private void Normalise(ResidualStream stream, int row, float* norm)
    {
        kernels.Scale(
            stream.Hidden(row), InverseRootMeanSquare(stream.Hidden(row)), norm, stream.Normalised[row], activations.HiddenLength);
        stream.Normalised.Prepare(row);
    }

    private float InverseRootMeanSquare(float* vector) =>
        1 / MathF.Sqrt((kernels.Dot(vector, vector, activations.HiddenLength) / config.HiddenSize) + config.RmsNormEpsilon);

    private float* State(int rowSlot) => activations.States + ((nint)rowSlot * activations.HiddenLength);
}
