using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Memory;

namespace LoopLM.Cpu.Storage;

/// <summary>
/// Keys and values of all layers, one slot for each (position, loop). In a layer the heads of a slot are side by side: the slots of a
/// sequence lie anywhere, so what is read together should share a page.
/// </summary>
internal sealed unsafe class KvCache : IDisposable
{
    // What lies so far apart, or a multiple of it, competes for the same few lines of a cache; a line more between slots ends that.
    private const int ConflictBytes = 2048;

    private readonly NativeBuffer _keys;
    private readonly NativeBuffer _values;
    private readonly int _slots;

    /// <summary>Reserves a cache; slots that nothing writes take no memory.</summary>
    /// <param name="layers">Layers.</param>
    /// <param name="shape">Their heads.</param>
    /// <param name="slots">Slots.</param>
    /// <param name="type">How they are stored, not <see cref="KvType.Auto"/>.</param>
    public KvCache(int layers, AttentionShape shape, int slots, KvType type)
    {
        (_slots, Type, HeadLength, SlotBytes) = (slots, type, Padding.Pad(shape.HeadDimension), (nint)SlotSize(shape, type));
        var bytes = Size(layers, shape, slots, type) / 2;
        _keys = new(bytes, inLargePages: true);
        _values = new(bytes, inLargePages: true);
    }

    /// <summary>How keys and values are stored.</summary>
    public KvType Type { get; }

    /// <summary>Padded length of a head.</summary>
    public int HeadLength { get; }

    /// <summary>Bytes from one slot to the next.</summary>
    public nint SlotBytes { get; }

    /// <summary>Bytes of a cache.</summary>
    public static long Size(int layers, AttentionShape shape, int slots, KvType type) =>
        checked(2L * layers * slots * SlotSize(shape, type));

    /// <summary>Slot 0 of the keys of a head.</summary>
    public byte* Keys(int layer, int kvHead) => _keys.Pointer + Offset(layer, kvHead);

    /// <summary>Slot 0 of the values of a head.</summary>
    public byte* Values(int layer, int kvHead) => _values.Pointer + Offset(layer, kvHead);

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        _values.Dispose();
    }

    private int HeadBytes => HeadLength * ElementSize(Type);

    private static long SlotSize(AttentionShape shape, KvType type)
    {
        var bytes = (long)shape.KvHeads * Padding.Pad(shape.HeadDimension) * ElementSize(type);
        return bytes % ConflictBytes == 0 ? bytes + Prefetch.Line : bytes;
    }

    private static int ElementSize(KvType type) => type == KvType.BFloat16 ? sizeof(ushort) : sizeof(float);

    private long Offset(int layer, int kvHead) => ((long)layer * _slots * SlotBytes) + ((long)kvHead * HeadBytes);
}
