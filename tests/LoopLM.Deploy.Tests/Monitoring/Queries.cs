using System.Text.Json;
using System.Text.RegularExpressions;
using k8s;

namespace LoopLM.Deploy.Tests.Monitoring;

/// <summary>Every query that the deployment asks Prometheus.</summary>
internal static partial class Queries
{
    /// <summary>Those of the dashboard, by their panels; with its variables as Grafana would fill them in.</summary>
    public static IEnumerable<(string Name, string Expression)> OfDashboard() =>
        from panel in Dashboard.GetProperty("panels").EnumerateArray()
        where panel.TryGetProperty("targets", out _)
        from target in panel.GetProperty("targets").EnumerateArray()
        select (
            panel.GetProperty("title").GetString()!,
            target.GetProperty("expr").GetString()!
                .Replace("$model", ".*", StringComparison.Ordinal)
                .Replace("$__rate_interval", "1m", StringComparison.Ordinal));

    /// <summary>Those of the alerts.</summary>
    public static IEnumerable<(string Name, string Expression)> OfAlerts() =>
        from @group in Alerts.Groups
        from rule in @group.Rules
        select (rule.Alert, rule.Expr);

    /// <summary>Those by which replicas are added.</summary>
    public static IEnumerable<(string Name, string Expression)> OfScaling() =>
        KubernetesYaml.Deserialize<Kubernetes.ScaledObject>(DeployFolder.Read("kubernetes", "scaledobject.yaml"), strict: true)
            .Spec!.Triggers!
            .Select(
                trigger => ("scaledobject.yaml", trigger.Metadata!.Query!.Replace("{namespace=\"looplm\"}", "", StringComparison.Ordinal)));

    /// <summary>The dashboard.</summary>
    public static JsonElement Dashboard { get; } = JsonElement.Parse(DeployFolder.Read("grafana", "dashboards", "looplm.json"));

    /// <summary>The alert rules.</summary>
    public static AlertFile Alerts { get; } =
        KubernetesYaml.Deserialize<AlertFile>(DeployFolder.Read("prometheus", "alerts.yaml"), strict: true);

    /// <summary>The metrics that a query names, without the suffixes of a histogram's samples.</summary>
    public static IEnumerable<string> MetricsOf(string expression) =>
        Metric().Matches(expression).Select(metric => HistogramSuffix().Replace(metric.Value, ""));

    [GeneratedRegex(@"\b(looplm|http_server|gen_ai|vllm:)_?\w+")]
    private static partial Regex Metric();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();
}
