namespace LoopLM.Engine.Telemetry;

/// <summary>The bounds of histograms, each inclusive.</summary>
internal static class Buckets
{
    /// <summary>Seconds of a tick or between two tokens.</summary>
    public static double[] TickSeconds { get; } =
        [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80];

    /// <summary>Seconds of a request and its parts.</summary>
    public static double[] RequestSeconds { get; } =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560];

    /// <summary>Tokens of a request.</summary>
    public static int[] Tokens { get; } = [1, 4, 16, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072];

    /// <summary>Rows of a tick.</summary>
    public static int[] Rows { get; } = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];

    /// <summary>Different loops in a tick.</summary>
    public static int[] Loops { get; } = [1, 2, 3, 4, 8, 16, 32];

    /// <summary>Probabilities of the gate.</summary>
    public static double[] Probabilities { get; } = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
}
