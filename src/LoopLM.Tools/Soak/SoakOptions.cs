namespace LoopLM.Tools.Soak;

/// <summary>What a soak does.</summary>
internal sealed record SoakOptions
{
    /// <summary>Where the REST API is.</summary>
    public required Uri Rest { get; init; }

    /// <summary>Where gRPC is; null for REST alone.</summary>
    public Uri? Grpc { get; init; }

    /// <summary>Key of the client; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>The server's process on this machine, whose descriptors are counted; null where it is elsewhere.</summary>
    public int? Process { get; init; }

    /// <summary>Calls that each client makes; null for no end but that of the time.</summary>
    public int? Calls { get; init; }

    /// <summary>When no more calls are made; null for never.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Clients at once.</summary>
    public int Clients { get; init; } = 8;

    /// <summary>Seed of what is asked, and in which manner.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether the server's runner fails on purpose, so that requests may fail.</summary>
    public bool Faults { get; init; }
}
