namespace LoopLM.Engine.Runners;

/// <summary>A runner's device can compute no more; the engine latches unhealthy.</summary>
public sealed class DeviceLostException : Exception
{
    /// <summary>Creates the exception.</summary>
    public DeviceLostException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
