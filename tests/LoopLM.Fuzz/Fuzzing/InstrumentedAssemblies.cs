using System.Reflection;
using System.Runtime.Loader;
using SharpFuzz;

namespace LoopLM.Fuzz.Fuzzing;

/// <summary>Loads the project's assemblies from instrumented copies. Everything else is shared with the process.</summary>
internal sealed class InstrumentedAssemblies : AssemblyLoadContext, IDisposable
{
    private static readonly string[] s_instrumented =
    [
        "LoopLM.Jinja", "LoopLM.StructuredOutput", "LoopLM.Text", "LoopLM.Checkpoints", "LoopLM.Server", "LoopLM.Protocol", "looplm",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("looplm-fuzz-");

    /// <summary>Copies and instruments the assemblies beside the program.</summary>
    public InstrumentedAssemblies()
        : base("instrumented")
    {
        foreach (var name in s_instrumented)
        {
            var copy = Path.Combine(_folder.FullName, name + ".dll");
            File.Copy(PathOf(name), copy);

            // It works as its types are asked for.
            _ = Fuzzer.Instrument(copy, _ => true, Options.Value).Count();
        }
    }

    /// <summary>Runs this program once more, over the instrumented assemblies.</summary>
    public int Run(string[] args) =>
        (int)LoadFromAssemblyPath(PathOf("LoopLM.Fuzz")).EntryPoint!.Invoke(null, [args])!;

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var name = assemblyName.Name!;
        return s_instrumented.Contains(name) ? LoadFromAssemblyPath(Path.Combine(_folder.FullName, name + ".dll"))
            : name.StartsWith("LoopLM.", StringComparison.Ordinal) ? LoadFromAssemblyPath(PathOf(name))
            : null;
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");
}
