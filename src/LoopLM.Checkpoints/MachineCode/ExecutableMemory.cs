using System.Runtime.InteropServices;

namespace LoopLM.Checkpoints.MachineCode;

/// <summary>Memory that holds machine code on Linux. It is written first and executable afterwards, never both.</summary>
public static unsafe partial class ExecutableMemory
{
    // <sys/mman.h>
    private const int Read = 1;
    private const int Write = 2;
    private const int Execute = 4;
    private const int PrivateAnonymous = 0x22;
    private static readonly byte* s_failed = (byte*)-1;

    /// <summary>Whether the system lets a process make memory executable, which some hardened ones do not.</summary>
    public static bool IsAllowed { get; } = OperatingSystem.IsLinux() && Map([0xC3]) is not null;

    /// <summary>Copies code to executable memory, where it stays as long as the process.</summary>
    /// <returns>Its first byte; null where the system refuses.</returns>
    public static byte* Map(ReadOnlySpan<byte> code)
    {
        var memory = MapMemory(null, (nuint)code.Length, Read | Write, PrivateAnonymous, -1, 0);
        if (memory == s_failed)
        {
            return null;
        }

        code.CopyTo(new(memory, code.Length));
        return ProtectMemory(memory, (nuint)code.Length, Read | Execute) == 0 ? memory : null;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* MapMemory(byte* address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int ProtectMemory(byte* memory, nuint bytes, int protection);
}
