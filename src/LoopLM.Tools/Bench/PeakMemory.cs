using System.Diagnostics;

namespace LoopLM.Tools.Bench;

/// <summary>The most memory that the process had resident at once.</summary>
internal static class PeakMemory
{
    private const string ClearFile = "/proc/self/clear_refs";

    /// <summary>Bytes, mapped files included.</summary>
    public static long Bytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Begins again from what is resident now, where the system can.</summary>
    public static void Reset()
    {
        if (File.Exists(ClearFile))
        {
            File.WriteAllText(ClearFile, "5");
        }
    }
}
