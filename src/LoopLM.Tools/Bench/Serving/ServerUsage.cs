using System.Globalization;

namespace LoopLM.Tools.Bench.Serving;

/// <summary>What a server has used since it started, by its own metrics.</summary>
/// <param name="ProcessorSeconds">Time on processors, of all its threads, in user and system.</param>
/// <param name="AllocatedBytes">Memory taken from the managed heap.</param>
internal readonly record struct ServerUsage(double ProcessorSeconds, double AllocatedBytes)
{
    private const string ProcessorTime = "dotnet_process_cpu_time_seconds_total";
    private const string Allocated = "dotnet_gc_heap_total_allocated_bytes_total";

    /// <summary>Asks a server.</summary>
    /// <param name="http">A client of its REST API.</param>
    /// <exception cref="HttpRequestException">It does not answer, or not with its metrics.</exception>
    /// <exception cref="FormatException">Its metrics hold nothing about the process.</exception>
    public static async Task<ServerUsage> ReadAsync(HttpClient http)
    {
        var lines = (await http.GetStringAsync("/metrics").ConfigureAwait(false)).Split('\n');
        return new ServerUsage(Sum(lines, ProcessorTime), Sum(lines, Allocated));
    }

    private static double Sum(string[] lines, string name)
    {
        var samples = lines.Where(line => line.StartsWith(name, StringComparison.Ordinal)).ToArray();
        return samples.Length > 0
            ? samples.Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture))
            : throw new FormatException($"The server's metrics hold no '{name}'.");
    }
}
