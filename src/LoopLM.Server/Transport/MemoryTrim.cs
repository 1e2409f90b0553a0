namespace LoopLM.Server.Transport;

/// <summary>
/// Gives memory back to the system once large transfers are over. Without work nothing else would: the collector runs when something is
/// allocated, and an idle server allocates nothing.
/// </summary>
internal sealed class MemoryTrim(TransferLimits limits, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        using var stopping = stoppingToken.UnsafeRegister(static timer => ((PeriodicTimer)timer!).Dispose(), timer);
        long trimmed = 0;
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            var taken = limits.Bodies.Taken + limits.Answers.Taken;
            if (taken != trimmed && limits.Bodies.Used == 0 && limits.Answers.Used == 0)
            {
                trimmed = taken;
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
    }
}
