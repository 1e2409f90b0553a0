using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Packing;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Memory;

namespace LoopLM.Cpu.Storage;

/// <summary>
/// Makes matrices and vectors of a checkpoint's tensors. A matrix that has the asked type in the file, and whole blocks, is used where the
/// file is mapped; anything else is converted into memory that the loader owns.
/// </summary>
internal sealed unsafe class WeightLoader : IDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly VectorKernels _kernels;
    private readonly List<NativeBuffer> _vectors = [];
    private readonly Dictionary<string, (int Outputs, int Inputs)> _shapes;
    private NativeBuffer? _matrices;

    /// <summary>Prepares to load.</summary>
    /// <param name="checkpoint">The tensors.</param>
    /// <param name="type">How matrices are to be held.</param>
    /// <param name="kernels">What multiplies them.</param>
    /// <exception cref="ArgumentException">The checkpoint is packed as another type.</exception>
    public WeightLoader(Checkpoint checkpoint, WeightType type, VectorKernels kernels)
    {
        (_checkpoint, _kernels, Type) = (checkpoint, kernels, TypeOf(checkpoint, type));
        _shapes = checkpoint.Config.Tensors.Where(tensor => tensor.Shape.Length == 2)
            .ToDictionary(tensor => tensor.Name, tensor => ((int)tensor.Shape[0], (int)tensor.Shape[1]));
    }

    /// <summary>How matrices are held: what <see cref="WeightType.Auto"/> came to.</summary>
    public WeightType Type { get; }

    /// <summary>The integers of packed matrices; null for floats.</summary>
    public PackedType? PackedType => Type.Packed();

    /// <summary>What a type comes to for a checkpoint.</summary>
    /// <exception cref="ArgumentException">The checkpoint is packed as another type.</exception>
    public static WeightType TypeOf(Checkpoint checkpoint, WeightType type)
    {
        if (checkpoint.Config.PackedWeights is not { } packed)
        {
            return type != WeightType.Auto ? type : HasBFloat16Head(checkpoint) ? WeightType.BFloat16 : WeightType.Float32;
        }

        var stored = packed == Checkpoints.Packing.PackedType.Int8 ? WeightType.Int8 : WeightType.Int4;
        return type == WeightType.Auto || type == stored ? stored
            : throw new ArgumentException(
                $"Weights is {type}; the checkpoint is packed as {stored}, so it must be {WeightType.Auto} or {stored}.");
    }

    /// <summary>Bytes that the matrices take which are not used where the file is mapped.</summary>
    public long CopiedBytes => Copied.Sum(Bytes);

    /// <summary>Bytes that are used where the file is mapped: matrices as they are computed with, and the embedding.</summary>
    public long MappedBytes => _checkpoint.Tensors.Values.Sum(tensor => tensor.ByteCount) - Copied.Sum(name => _checkpoint[name].ByteCount);

    private IEnumerable<string> Copied =>
        _checkpoint.Config.Tensors.Select(tensor => tensor.Name).Where(name => _checkpoint.Config.IsPackable(name) && !IsMapped(name));

    /// <summary>A tensor [outputs, inputs] as a matrix.</summary>
    public WeightMatrix Matrix(string name)
    {
        var tensor = _checkpoint[name];
        var (outputs, inputs) = _shapes[name];
        if (PackedType is { } packed)
        {
            var layout = new PackedLayout(packed, outputs, inputs);
            return _kernels.CreateMatrix(layout, IsMapped(name) ? tensor.Data : Pack(tensor, layout, Reserve(name)));
        }

        var paddedInputs = Padding.Pad(inputs);
        return _kernels.CreateMatrix(
            Type, IsMapped(name) ? tensor.Data : Convert(tensor, outputs, inputs, Reserve(name)), outputs, paddedInputs);
    }

    /// <summary>A tensor of any shape as one padded vector of floats.</summary>
    public float* Vector(string name)
    {
        var tensor = _checkpoint[name];
        var length = (int)tensor.ElementCount;
        var vector = NativeBuffer.OfFloats(Padding.Pad(length));
        _vectors.Add(vector);
        tensor.CopyTo(new Span<float>(vector.Floats, length));
        return vector.Floats;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _vectors.ForEach(vector => vector.Dispose());
        _matrices?.Dispose();
    }

    /// <summary>Whether the last matrix of a checkpoint, the head, is in bfloat16.</summary>
    private static bool HasBFloat16Head(Checkpoint checkpoint)
    {
        var head = checkpoint.Config.Tensors.Last(tensor => checkpoint.Config.IsPackable(tensor.Name)).Name;
        return checkpoint[head].ElementType == ElementType.BFloat16;
    }

    /// <summary>Whether the file holds a matrix as it is computed with.</summary>
    private bool IsMapped(string name) => PackedType is not null
        ? _checkpoint.Config.PackedWeights is not null
        : _checkpoint[name].ElementType == (Type == WeightType.BFloat16 ? ElementType.BFloat16 : ElementType.Float32)
            && _shapes[name].Inputs % Padding.Block == 0;

    private long Bytes(string name)
    {
        var (outputs, inputs) = _shapes[name];
        return PackedType is { } packed ? new PackedLayout(packed, outputs, inputs).Bytes : outputs * RowBytes(inputs);
    }

    private long RowBytes(int inputs) => (long)Padding.Pad(inputs) * (Type == WeightType.BFloat16 ? sizeof(ushort) : sizeof(float));

    private byte* Pack(SafetensorsTensor tensor, PackedLayout layout, byte* copy)
    {
        new WeightPacker(_kernels, layout).Pack((output, row) => tensor.CopyTo((long)output * layout.Inputs, row), copy);
        return copy;
    }

    private byte* Convert(SafetensorsTensor tensor, int outputs, int inputs, byte* copy)
    {
        var paddedInputs = Padding.Pad(inputs);
        using var row = NativeBuffer.OfFloats(paddedInputs);
        var rowBytes = RowBytes(inputs);
        for (var output = 0; output < outputs; output++)
        {
            tensor.CopyTo((long)output * inputs, new Span<float>(row.Floats, inputs));
            var destination = copy + (output * rowBytes);
            if (Type == WeightType.BFloat16)
            {
                _kernels.RoundToBFloat16(row.Floats, (ushort*)destination, paddedInputs);
            }
            else
            {
                new ReadOnlySpan<float>(row.Floats, paddedInputs).CopyTo(new Span<float>(destination, paddedInputs));
            }
        }

        return copy;
    }

    /// <summary>
    /// Room for a copy. All copies are side by side, so that large pages hold nearly all of them; each is whole cache lines long.
    /// </summary>
    private byte* Reserve(string name)
    {
        _matrices ??= new(CopiedBytes, inLargePages: true);
        return _matrices.Pointer + Copied.TakeWhile(other => other != name).Sum(Bytes);
    }
}
