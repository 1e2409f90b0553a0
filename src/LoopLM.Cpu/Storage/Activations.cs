using System.Collections.Immutable;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Memory;

namespace LoopLM.Cpu.Storage;

/// <summary>
/// What the rows of a tick compute on their way through the layers, and the states that stay between ticks. Rows lie side by side, padded.
/// </summary>
internal sealed unsafe class Activations : IDisposable
{
    /// <summary>
    /// Most rows of which each thread has its own residual stream: computing it for so few, a thread
    /// is done sooner than if it waited for others.
    /// </summary>
    public const int FewRows = 4;

    private readonly List<IDisposable> _buffers = [];

    /// <summary>Reserves room.</summary>
    /// <param name="shape">The sizes of the layers.</param>
    /// <param name="kernels">What prepares rows for matrices.</param>
    /// <param name="weights">How the matrices are held.</param>
    /// <param name="rows">Most rows of a tick, and row slots.</param>
    /// <param name="threads">Threads that attend at the same time.</param>
    /// <param name="lanes">Queries that a thread attends for together.</param>
    /// <param name="positions">Most positions that a row sees.</param>
    public Activations(LayerShape shape, VectorKernels kernels, WeightType weights, int rows, int threads, int lanes, int positions)
    {
        Rows = rows;
        HiddenLength = Padding.Pad(shape.HiddenSize);
        HeadLength = Padding.Pad(shape.Attention.HeadDimension);
        ProjectedLength = ((shape.Attention.Heads + (2 * shape.Attention.KvHeads)) * HeadLength) + Padding.Block;
        var attendedLength = Padding.Pad(shape.Attention.Heads * shape.Attention.HeadDimension);
        InnerLength = Padding.Pad(shape.IntermediateSize);
        ScoresLength = Padding.Pad(positions);
        States = Reserve(rows, HiddenLength);
        Streams = [.. Enumerable.Range(0, threads).Select(thread => ReserveStream(thread == 0 ? rows : Math.Min(rows, FewRows)))];
        Projected = Reserve(rows, ProjectedLength);
        Attended = ReserveInputs(rows, attendedLength);
        Branch = Reserve(rows, HiddenLength);
        Gate = ReserveInputs(rows, InnerLength);
        Up = Reserve(rows, InnerLength);
        Lanes = lanes;
        Scratch = Reserve(threads * lanes, LaneLength);

        ResidualStream ReserveStream(int rows) => new(Reserve(rows, HiddenLength), ReserveInputs(rows, HiddenLength));

        QuantizedActivations ReserveInputs(int rows, int length)
        {
            var inputs = new QuantizedActivations(kernels, weights, rows, length);
            _buffers.Add(inputs);
            return inputs;
        }
    }

    /// <summary>About how many bytes are reserved: rows that are quantised, or ordered for bfloat16, count twice.</summary>
    /// <inheritdoc cref="Activations(LayerShape, VectorKernels, WeightType, int, int, int, int)"/>
    public static long Size(LayerShape shape, int rows, int threads, int lanes, int positions)
    {
        var (hidden, inner) = (Padding.Pad(shape.HiddenSize), Padding.Pad(shape.IntermediateSize));
        var head = Padding.Pad(shape.Attention.HeadDimension);
        var row = (5L * hidden) + ((3L * shape.Attention.Heads + (2L * shape.Attention.KvHeads)) * head) + (3L * inner);
        return sizeof(float) * ((rows * row) + ((long)threads * lanes * (Padding.Pad(positions) + head)));
    }

    /// <summary>Most rows of a tick.</summary>
    public int Rows { get; }

    public int HiddenLength { get; }

    public int HeadLength { get; }

    /// <summary>
    /// Floats from one row of <see cref="Projected"/> to the next: a few more, because rows that lie whole
    /// pages apart compete for the same lines of a cache.
    /// </summary>
    public int ProjectedLength { get; }

    public int InnerLength { get; }

    public int ScoresLength { get; }

    /// <summary>The normalised output of the last loop of each row slot.</summary>
    public float* States { get; }

    /// <summary>The residual stream of all rows, and after it those that the threads from 1 on have for <see cref="FewRows"/>.</summary>
    public ImmutableArray<ResidualStream> Streams { get; }

    /// <summary>Heads of queries, then keys, then values.</summary>
    public float* Projected { get; }

    /// <summary>Heads of what attention brought, without padding between them.</summary>
    public QuantizedActivations Attended { get; }

    /// <summary>What a block adds to the residual stream, before its norm.</summary>
    public float* Branch { get; }

    /// <summary>The gated inner activations of a SwiGLU.</summary>
    public QuantizedActivations Gate { get; }

    public float* Up { get; }

    /// <summary>Floats from the scores and the attended head of a lane to those of the next.</summary>
    public int LaneLength => ScoresLength + HeadLength;

    private int Lanes { get; }

    /// <summary>Room for scores and one attended head of each thread and lane.</summary>
    private float* Scratch { get; }

    /// <summary>One head of a row in <see cref="Projected"/>.</summary>
    /// <param name="row">The row.</param>
    /// <param name="unit">The head: queries, then keys, then values.</param>
    public float* ProjectedHead(int row, int unit) => Projected + ((nint)row * ProjectedLength) + ((nint)unit * HeadLength);

    /// <summary>Room for the scores of a thread's lane.</summary>
    public float* Scores(int thread, int lane) => Scratch + ((((nint)thread * Lanes) + lane) * LaneLength);

    /// <summary>Room for the attended head of a thread's lane.</summary>
    public float* AttendedHead(int thread, int lane) => Scores(thread, lane) + ScoresLength;

    /// <inheritdoc/>
    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());

    private float* Reserve(int rows, int length)
    {
        var buffer = NativeBuffer.OfFloats((long)rows * length);
        _buffers.Add(buffer);
        return buffer.Floats;
    }
}
