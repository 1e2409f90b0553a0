using System.Globalization;

namespace LoopLM.Tools.Soak;

/// <summary>What a server holds at a moment, by its own metrics and, on this machine, its system.</summary>
/// <param name="Ended">Generations ended since the start, by outcome.</param>
/// <param name="Running">Sequences that run.</param>
/// <param name="Waiting">Requests that wait.</param>
/// <param name="KvSlots">KV slots in use.</param>
/// <param name="Posts">POST requests that are served.</param>
/// <param name="Connections">Open connections.</param>
/// <param name="ResidentBytes">Resident memory.</param>
/// <param name="Descriptors">Open descriptors; null where the process is not known.</param>
internal sealed record ServerState(
    IReadOnlyDictionary<string, double> Ended, double Running, double Waiting,
    double KvSlots, double Posts, double Connections, double ResidentBytes, int? Descriptors)
{
    /// <summary>Whether it holds nothing of any request.</summary>
    public bool IsEmpty => (Running, Waiting, KvSlots, Posts) == (0, 0, 0, 0);

    /// <summary>Asks a server.</summary>
    /// <exception cref="HttpRequestException">It does not answer.</exception>
    public static async Task<ServerState> ReadAsync(HttpClient http, int? process)
    {
        var samples = (await http.GetStringAsync("/metrics")).Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#').Select(Sample.Read).ToList();
        double Sum(string name, string label = "") =>
            samples.Where(sample => sample.Name == name && sample.Labels.Contains(label, StringComparison.Ordinal))
                .Sum(sample => sample.Value);

        return new(
            samples.Where(sample => sample.Name == "looplm_requests_total").GroupBy(sample => sample.Label("outcome"))
                .ToDictionary(group => group.Key, group => group.Sum(sample => sample.Value)),
            Sum("looplm_sequences_running"), Sum("looplm_queue_requests"), Sum("looplm_kv_slots_used"),
            Sum("http_server_active_requests", "\"POST\""),
            Sum("kestrel_active_connections"), Sum("dotnet_process_memory_working_set_bytes"),
            process is { } id && Directory.Exists($"/proc/{id}/fd") ? Directory.GetFileSystemEntries($"/proc/{id}/fd").Length : null);
    }

    /// <summary>A line of Prometheus's text.</summary>
    private readonly record struct Sample(string Name, string Labels, double Value)
    {
        public static Sample Read(string line)
        {
            var open = line.IndexOf('{', StringComparison.Ordinal);
            var close = line.LastIndexOf('}');
            var nameEnd = open >= 0 ? open : line.IndexOf(' ', StringComparison.Ordinal);
            var value = line[(open >= 0 ? close + 1 : nameEnd)..].Trim().Split(' ')[0];
            return new(line[..nameEnd], open >= 0 ? line[open..close] : "",
                double.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : 0);
        }

        public string Label(string name)
        {
            var start = Labels.IndexOf($"{name}=\"", StringComparison.Ordinal) + name.Length + 2;
            return Labels[start..Labels.IndexOf('"', start)];
        }
    }
}
