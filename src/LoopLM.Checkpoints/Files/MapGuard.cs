using System.Runtime.InteropServices;
using Iced.Intel;
using LoopLM.Checkpoints.MachineCode;
using static Iced.Intel.AssemblerRegisters;

namespace LoopLM.Checkpoints.Files;

/// <summary>
/// Keeps the process alive where a mapped file is cut short. Reading past its new end raises SIGBUS, which ends a
/// process. On Linux on x86-64 a handler puts zeros in the place of what is gone and marks the map as damaged, so that
/// whoever computed with it can tell. Elsewhere it does nothing.
/// </summary>
/// <remarks>
/// The handler is machine code, because nothing managed may run where a signal interrupts. It reads a list that only grows, makes one
/// system call and touches nothing else. Faults outside the guarded maps go to the handler that was there before, which is the runtime's.
/// </remarks>
internal sealed unsafe partial class MapGuard : IDisposable
{
    // <signal.h> of Linux. An action begins with its handler; all else of it is kept.
    private const int BusError = 7;
    private const int ActionBytes = 256;
    private const int AddressInInfo = 16;
    private const int CodeInInfo = 8;

    // <sys/mman.h> and the numbers of system calls on x86-64.
    private const int MapCall = 9;
    private const int Readable = 1;
    private const int PrivateAnonymousFixed = 0x32;
    private const int Page = 4096;
    private const int LargestError = -4095;

    private static readonly Range** s_first = (Range**)NativeMemory.AllocZeroed((nuint)sizeof(Range*));
    private static readonly Lock s_changes = new();
    private readonly Range* _range;

    /// <summary>Guards a map.</summary>
    /// <param name="start">Its first byte, where a page begins.</param>
    /// <param name="bytes">Its length.</param>
    public MapGuard(byte* start, long bytes)
    {
        // A handler on another thread may read the list at any time: nothing of it is ever freed,
        // and a range counts from when its end is set.
        _range = (Range*)NativeMemory.AllocZeroed((nuint)sizeof(Range));
        lock (s_changes)
        {
            _range->Begin = start;
            _range->Next = *s_first;
            Volatile.Write(ref *(nint*)s_first, (nint)_range);
        }

        Volatile.Write(ref *(nint*)&_range->End, (nint)(start + bytes));
    }

    /// <summary>Whether this system and processor can be guarded.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux()
        && RuntimeInformation.ProcessArchitecture == Architecture.X64 && TryInstall();

    /// <summary>Whether some of the map has been read as zeros since its file was cut short. Any thread may ask.</summary>
    public bool IsDamaged => Volatile.Read(ref _range->Hit) != 0;

    /// <summary>Guards the map no longer. It must still be there.</summary>
    public void Dispose() => Volatile.Write(ref *(nint*)&_range->End, 0);

    private static bool TryInstall()
    {
        var action = stackalloc byte[ActionBytes];
        if (SetAction(BusError, null, action) != 0 || *(nint*)action is 0 or 1)
        {
            // No handler is there that could take other faults.
            return false;
        }

        *(byte**)action = ExecutableMemory.Map(Assemble(*(nint*)action));
        return *(byte**)action is not null && SetAction(BusError, action, null) == 0;
    }

    /// <summary>The handler (rdi: signal, rsi: what is known of it, rdx: registers), by the convention of System V for x86-64.</summary>
    /// <param name="others">The handler of faults elsewhere.</param>
    private static byte[] Assemble(nint others)
    {
        var code = new Assembler(64);
        var (search, next, found, other) = (code.CreateLabel(), code.CreateLabel(), code.CreateLabel(), code.CreateLabel());

        // Signals that processes send have no address.
        code.cmp(__dword_ptr[rsi + CodeInInfo], 0);
        code.jle(other);
        code.mov(rax, __qword_ptr[rsi + AddressInInfo]);
        code.mov(rcx, (long)s_first);
        code.mov(rcx, __qword_ptr[rcx]);

        code.Label(ref search);
        code.test(rcx, rcx);
        code.jz(other);
        code.cmp(rax, __qword_ptr[rcx]);
        code.jb(next);
        code.cmp(rax, __qword_ptr[rcx + 8]);
        code.jb(found);
        code.Label(ref next);
        code.mov(rcx, __qword_ptr[rcx + 24]);
        code.jmp(search);

        // All that follows the first page that is gone is gone as well, so one call replaces it. The mark
        // comes first: nobody may see zeros without it.
        code.Label(ref found);
        code.mov(__qword_ptr[rcx + 16], 1);
        code.push(rdi);
        code.push(rsi);
        code.push(rdx);
        code.mov(rdi, rax);
        code.and(rdi, -Page);
        code.mov(rsi, __qword_ptr[rcx + 8]);
        code.sub(rsi, rdi);
        code.mov(edx, Readable);
        code.mov(r10d, PrivateAnonymousFixed);
        code.mov(r8, -1L);
        code.xor(r9d, r9d);
        code.mov(eax, MapCall);
        code.syscall();
        code.pop(rdx);
        code.pop(rsi);
        code.pop(rdi);
        code.cmp(rax, LargestError);
        code.jae(other);
        code.ret();

        code.Label(ref other);
        code.mov(rax, (long)others);
        code.jmp(rax);

        using var bytes = new MemoryStream();
        code.Assemble(new StreamCodeWriter(bytes), 0);
        return bytes.ToArray();
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int SetAction(int signal, byte* action, byte* before);

    /// <summary>As the handler reads it, field by field of eight bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Range
    {
        public byte* Begin;
        public byte* End;
        public long Hit;
        public Range* Next;
    }
}
