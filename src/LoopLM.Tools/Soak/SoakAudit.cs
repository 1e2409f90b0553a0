using System.Globalization;

namespace LoopLM.Tools.Soak;

/// <summary>
/// Compares what the clients have seen with what the server says of itself: nothing lost, nothing left,
/// nothing growing, nothing answered in two ways.
/// </summary>
internal static class SoakAudit
{
    /// <summary>Connections that the audit itself holds.</summary>
    public const int OwnConnections = 1;

    /// <summary>Memory and descriptors are compared between the second quarter of the samples, when all is warm, and the last.</summary>
    private const int FewestSamples = 120;

    private const double MemoryGrowth = 1.2;
    private const double MemorySlack = 64 << 20;
    private const int DescriptorSlack = 16;

    /// <summary>Audits a soak.</summary>
    public static SoakReport Of(
        SoakOptions options, SoakTally tally, ServerState before, ServerState after, IReadOnlyList<ServerState> samples, TimeSpan elapsed)
    {
        List<string> problems = [.. tally.Problems];
        void Require(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }

        var ended = after.Ended.ToDictionary(outcome => outcome.Key, outcome =>
            outcome.Value - before.Ended.GetValueOrDefault(outcome.Key));
        var accepted = ended.Values.Sum();
        var finished = ended.GetValueOrDefault("stop") + ended.GetValueOrDefault("length");
        Require(
            finished >= tally.Finished,
            Invariant($"The clients have {tally.Finished} finished generations; the server counts {finished}."));
        Require(accepted <= tally.Finished + tally.Uncertain,
            Invariant($"The server has ended {accepted} generations; the clients requested {tally.Finished + tally.Uncertain} at most."));
        Require(options.Faults || ended.GetValueOrDefault("failed") == 0,
            Invariant($"{ended.GetValueOrDefault("failed")} generations failed."));
        Require(
            after.IsEmpty, Invariant(
                $"Left over: {after.Running} running, {after.Waiting} waiting, {after.KvSlots} KV slots, {after.Posts} requests."));
        Require(after.Connections <= OwnConnections,
            Invariant($"{after.Connections} connections are open; {OwnConnections} is the audit's own."));
        Require(tally.Compared > 0, "No request was answered twice, so nothing was compared. Run longer.");

        var memory = Growth(samples, state => state.ResidentBytes);
        var descriptors = Growth(samples, state => state.Descriptors ?? 0);
        if (samples.Count >= FewestSamples)
        {
            Require(memory.Late <= (memory.Warm * MemoryGrowth) + MemorySlack,
                Invariant($"Resident memory grew from {Mebibytes(memory.Warm)} to {Mebibytes(memory.Late)} MiB."));
            Require(descriptors.Late <= descriptors.Warm + DescriptorSlack,
                Invariant($"Open descriptors grew from {descriptors.Warm} to {descriptors.Late}."));
        }

        List<string> lines =
        [
            Invariant(
                $"{elapsed.TotalMinutes:F1} minutes, {options.Clients} clients, seed {options.Seed}: {tally.Ends.Values.Sum()} calls"),
            .. tally.Ends.OrderBy(end => end.Key, StringComparer.Ordinal).Select(end => Invariant($"  {end.Key}: {end.Value}")),
            Invariant(
                $"generations: {tally.Finished} finished for the clients, {tally.Uncertain} left, broken off or refused; the server's: ")
                + Invariant($"{string.Join(", ", ended.Select(end => Invariant($"{end.Key} {end.Value}")))}"),
            Invariant($"answers compared with an earlier one to the same request: {tally.Compared}"),
            Invariant(
                $"resident memory: {Mebibytes(samples[0].ResidentBytes)} MiB at first, {Mebibytes(memory.Warm)} warm, ")
                + Invariant($"{Mebibytes(memory.Late)} late, {Mebibytes(samples.Max(state => state.ResidentBytes))} at most"),
            samples[0].Descriptors is null
                ? "descriptors: not counted, the process is not known"
                : Invariant(
                    $"descriptors: {descriptors.Warm} warm, {descriptors.Late} late, {samples.Max(state => state.Descriptors)} at most"),
            Invariant(
                $"left over: {after.Running} running, {after.Waiting} waiting, {after.KvSlots} KV slots, {after.Posts} requests, ")
                + Invariant($"{after.Connections} connections, of which {OwnConnections} is the audit's"),
        ];
        return new(lines, problems);
    }

    private static (double Warm, double Late) Growth(IReadOnlyList<ServerState> samples, Func<ServerState, double> read)
    {
        var quarter = samples.Count / 4;
        return (Median(samples.Skip(quarter).Take(quarter + 1)), Median(samples.Skip(3 * quarter)));

        double Median(IEnumerable<ServerState> some) => some.Select(read).Order().ToList() is var ordered ? ordered[ordered.Count / 2] : 0;
    }

    private static string Mebibytes(double bytes) => (bytes / (1 << 20)).ToString("F0", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
