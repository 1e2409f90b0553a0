using System.Runtime;
using LoopLM.Torch.Ouro;

namespace LoopLM.Training.Native;

/// <summary>
/// Keeps the garbage collector still while the binding's optimiser works. It hands the handle of a temporary scalar to native code without
/// keeping the scalar alive: a collection that another thread causes during the call frees it, and the call reads freed memory.
/// <see cref="LiveScalars"/> keeps those of this project alive.
/// </summary>
internal sealed class CollectionPause : IDisposable
{
    /// <summary>Managed memory that all threads may allocate meanwhile; with more a collection happens all the same.</summary>
    private const long Bytes = 32L << 20;

    private CollectionPause()
    {
    }

    /// <summary>Collects what there is to collect, then pauses. Pauses do not nest.</summary>
    public static CollectionPause Start()
    {
        GC.TryStartNoGCRegion(Bytes);
        return new();
    }

    /// <summary>Ends the pause.</summary>
    public void Dispose()
    {
        if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
        {
            GC.EndNoGCRegion();
        }
    }
}
