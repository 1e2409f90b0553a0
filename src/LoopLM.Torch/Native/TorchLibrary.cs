using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace LoopLM.Torch.Native;

/// <summary>Loads TorchSharp's native library, also where the system's libstdc++ is older than the one it was built against.</summary>
public static class TorchLibrary
{
    private const string Name = "LibTorchSharp";
    private static readonly Lock s_gate = new();
    private static nint s_library;

    /// <summary>
    /// Loads the native library now; later calls do nothing. Types of this project need no such call; code
    /// that uses TorchSharp before any of them does.
    /// </summary>
    /// <exception cref="DllNotFoundException">The library cannot be loaded; the message says what is missing.</exception>
    public static void Load() => NativeLibrary.Load(Name, typeof(TorchSharp.torch).Assembly, searchPath: null);

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255",
        Justification = "The handler must be in place before the first use of TorchSharp, and loads nothing until then.")]
    internal static void Register() =>
        AssemblyLoadContext.GetLoadContext(typeof(TorchLibrary).Assembly)!.ResolvingUnmanagedDll += ResolveAfterFailure;

    /// <summary>Called by the runtime when its own search for a native library has failed.</summary>
    private static nint ResolveAfterFailure(Assembly assembly, string name)
    {
        if (name != Name || !OperatingSystem.IsLinux())
        {
            return 0;
        }

        lock (s_gate)
        {
            if (s_library == 0)
            {
                s_library = LoadForOlderSystem();

                // Without this the runtime repeats its failing search for every function of the library.
                NativeLibrary.SetDllImportResolver(assembly, (wanted, _, _) => wanted == Name ? s_library : 0);
            }

            return s_library;
        }
    }

    private static nint LoadForOlderSystem()
    {
        var file = FindLibrary();
        try
        {
            return NativeLibrary.Load(file);
        }
        catch (DllNotFoundException exception) when (exception.Message.Contains(LibstdcxxVersion.Newer, StringComparison.Ordinal))
        {
            // The copy has no folder of its own to find its neighbours in: it takes those that are loaded under the names it requests.
            foreach (var neighbour in (ReadOnlySpan<string>)["libc10.so", "libtorch_cpu.so", "libtorch.so"])
            {
                NativeLibrary.Load(Path.Combine(Path.GetDirectoryName(file)!, neighbour));
            }

            return LoadRewritten(file);
        }
    }

    private static nint LoadRewritten(string file)
    {
        try
        {
            var image = File.ReadAllBytes(file);
            LibstdcxxVersion.Lower(image, file);

            // A file in memory needs no folder that may be read-only, mounted noexec or open to others. The loader keeps what it maps.
            using var memory = new FileStream(MemoryFile.Create(Name), FileAccess.Write, bufferSize: 0);
            memory.Write(image);
            return NativeLibrary.Load($"/proc/self/fd/{memory.SafeFileHandle.DangerousGetHandle()}");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or DllNotFoundException)
        {
            throw new DllNotFoundException(
                $"{file} needs libstdc++ with {LibstdcxxVersion.Newer} (GCC 13.2; Debian 13, Ubuntu 24.04), this system has an older one, "
                + $"and a copy changed to do without it could not be loaded: {exception.Message} Install a newer libstdc++6.",
                exception);
        }
    }

    private static string FindLibrary()
    {
        const string fileName = $"lib{Name}.so";
        var searched = ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .ToList();
        return searched.Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists)
            ?? throw new DllNotFoundException(
                $"{fileName} for {RuntimeInformation.RuntimeIdentifier} is in none of: {string.Join(", ", searched)}. "
                    + "TorchSharp has it for linux-x64 only.");
    }
}
