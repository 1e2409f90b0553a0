using BenchmarkDotNet.Reports;

namespace LoopLM.Benchmarks;

/// <summary>What an operation of a micro-benchmark may allocate, which is nothing.</summary>
internal static class AllocationBudget
{
    /// <summary>Names on standard error what allocated.</summary>
    /// <returns>Whether nothing did.</returns>
    public static bool IsKept(IEnumerable<Summary> summaries)
    {
        var exceeded =
            from summary in summaries
            from report in summary.Reports
            let bytes = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase)
            where bytes > 0
            select $"{report.BenchmarkCase.DisplayInfo} allocates {bytes} bytes an operation; it must allocate nothing.";
        var isKept = true;
        foreach (var line in exceeded)
        {
            Console.Error.WriteLine(line);
            isKept = false;
        }

        return isKept;
    }
}
