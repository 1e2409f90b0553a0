namespace LoopLM.Deploy.Tests.Monitoring;

/// <summary>A file of Prometheus's rules.</summary>
internal sealed class AlertFile
{
    public List<AlertGroup> Groups { get; set; } = [];
}

/// <summary>Rules that are evaluated together.</summary>
internal sealed class AlertGroup
{
    public string Name { get; set; } = "";

    public List<AlertRule> Rules { get; set; } = [];
}

/// <summary>When an alert fires, and what it says.</summary>
internal sealed class AlertRule
{
    public string Alert { get; set; } = "";

    public string Expr { get; set; } = "";

    public string? For { get; set; }

    public Dictionary<string, string> Labels { get; set; } = [];

    public Dictionary<string, string> Annotations { get; set; } = [];
}
