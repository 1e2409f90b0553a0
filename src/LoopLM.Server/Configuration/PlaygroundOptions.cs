namespace LoopLM.Server.Configuration;

/// <summary>Section <c>Playground</c>: the pages for browsers.</summary>
public sealed class PlaygroundOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Playground";

    /// <summary>Whether the pages are served: <c>/</c> to browsers, <c>/live</c> and <c>/docs</c>.</summary>
    public bool Enabled { get; set; } = true;
}
