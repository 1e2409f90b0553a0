namespace LoopLM.Engine.Telemetry;

/// <summary>What the engine can do now.</summary>
public enum EngineHealth
{
    /// <summary>The model is being loaded.</summary>
    Loading,

    /// <summary>It accepts requests.</summary>
    Ready,

    /// <summary>It finishes what it has and accepts nothing.</summary>
    Draining,

    /// <summary>It has stopped in order.</summary>
    Stopped,

    /// <summary>The model could not be loaded, or the device is lost. Final.</summary>
    Unhealthy,
}
