using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LoopLM.Torch.Native;

/// <summary>Linux files that live in memory only.</summary>
internal static partial class MemoryFile
{
    private const uint CloseOnExec = 1;

    /// <summary>Creates an empty file that is gone when the last handle and mapping are.</summary>
    /// <param name="name">Name for debuggers and <c>/proc</c>.</param>
    public static SafeFileHandle Create(string name)
    {
        var handle = MemfdCreate(name, CloseOnExec);
        return handle.IsInvalid
            ? throw new IOException($"The kernel refuses a file in memory: {Marshal.GetLastPInvokeErrorMessage()}.")
            : handle;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle MemfdCreate(string name, uint flags);
}
