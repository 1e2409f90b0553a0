namespace LoopLM.Server.Transport;

/// <summary>How many files and sockets the process may have open. .NET has raised the soft limit to the hard one when it started.</summary>
internal static class FileDescriptors
{
    /// <summary>The least limit with which a server can start: it opens some three hundred files, most of them assemblies.</summary>
    public const int Least = 512;

    /// <summary>Those that are kept back for files that are opened later.</summary>
    private const int Reserved = 192;

    private const string LimitsFile = "/proc/self/limits";
    private const string OpenFolder = "/proc/self/fd";

    /// <summary>The limit; null where the system does not say, or sets none.</summary>
    public static int? Limit => File.Exists(LimitsFile) ? ReadLimit(File.ReadLines(LimitsFile)) : null;

    /// <summary>Files and sockets that are open.</summary>
    public static int Open => Directory.Exists(OpenFolder) ? Directory.EnumerateFileSystemEntries(OpenFolder).Count() : 0;

    /// <summary>How many connections a limit leaves room for beside what is open, from 1.</summary>
    public static int Connections(int limit, int open) => Math.Max(1, limit - open - Reserved);

    /// <summary>How high a limit must be for so many connections beside what is open.</summary>
    public static int Needed(int connections, int open) => connections + open + Reserved;

    /// <summary>Reads the soft limit from what Linux says of a process.</summary>
    internal static int? ReadLimit(IEnumerable<string> limits) =>
        limits.FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal)) is { } line
        && int.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], out var limit) ? limit : null;
}
