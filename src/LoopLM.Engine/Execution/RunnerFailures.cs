using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Scheduling;
using Microsoft.Extensions.Logging;

namespace LoopLM.Engine.Execution;

/// <summary>
/// What follows from an exception of the runner: the rows of that call are lost; with the device, everything is, for good.
/// </summary>
internal sealed class RunnerFailures(SequenceFinisher finisher, RowTable rows, ILogger logger)
{
    /// <summary>What readers receive once the device is lost.</summary>
    public const string DeviceLost = "The engine has lost its device.";

    private volatile string? _latched;

    /// <summary>Why the runner can compute nothing more; null while it can. Any thread may read it.</summary>
    public string? Latched => _latched;

    /// <summary>Ends what the exception has hit.</summary>
    /// <param name="exception">What a call of the runner threw.</param>
    /// <param name="tick">The tick's number.</param>
    /// <param name="slots">The row slots that took part in the call.</param>
    public void Handle(Exception exception, long tick, ReadOnlySpan<int> slots)
    {
        if (exception is DeviceLostException)
        {
            EngineLog.DeviceLost(logger, exception);
            _latched = exception.Message;
            finisher.FinishAll(GenerationEvent.Failed(DeviceLost));
            return;
        }

        EngineLog.TickFailed(logger, exception, tick, slots.Length);
        foreach (var slot in slots)
        {
            if (rows[slot].Sequence is { HasEnded: false } sequence)
            {
                finisher.Fail(sequence, "The model runner failed.");
            }
        }
    }
}
