using System.Runtime.InteropServices;

namespace LoopLM.Cpu.Memory;

/// <summary>
/// Zeroed memory outside the managed heap, aligned to a page, a large one where it is to lie in
/// such. Pages that nothing touches take no memory.
/// </summary>
internal sealed unsafe class NativeBuffer : SafeHandle
{
    private const nuint Page = 4096;
    private const nuint LargePage = 2 << 20;

    /// <summary>Reserves memory.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="inLargePages">Whether it is read all over, so that large pages pay; touching one then takes megabytes.</param>
    /// <exception cref="OutOfMemoryException">There is not as much.</exception>
    public NativeBuffer(long bytes, bool inLargePages = false)
        : base(0, ownsHandle: true)
    {
        var alignment = inLargePages ? LargePage : Page;

        // The C library zeroes large blocks by mapping fresh pages, but only where it may align them itself.
        SetHandle((nint)NativeMemory.AllocZeroed((nuint)bytes + alignment));
        Pointer = (byte*)(((nuint)handle + alignment - 1) & ~(alignment - 1));
        if (inLargePages)
        {
            LargePages.Advise(Pointer, bytes);
        }
    }

    /// <summary>Reserves memory for floats.</summary>
    public static NativeBuffer OfFloats(long count) => new(count * sizeof(float));

    /// <summary>Its first byte.</summary>
    public byte* Pointer { get; }

    /// <summary>Its first float.</summary>
    public float* Floats => (float*)Pointer;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }
}
