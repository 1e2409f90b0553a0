using System.Text.RegularExpressions;

namespace LoopLM.Deploy.Tests.Monitoring;

/// <summary>The queries of dashboard, alerts and autoscaling, asked of a Prometheus that scrapes a server.</summary>
public sealed class QueryTests
{
    [Fact]
    public async Task Queries_AfterSomeLoad_HaveAnswers()
    {
        using var server = await ServerProcess.StartAsync("--Engine:PrefixCache=On");
        await server.UntilReadyAsync();
        using var prometheus = new PrometheusProcess(server.Rest.BaseAddress!);
        foreach (var body in (string[])
            ["""{"prompt":"abc","max_tokens":16,"exit_threshold":0.5}""",
                """{"prompt":"abc","max_tokens":4,"guided_choice":["yes","no"]}"""])
        {
            using var response = await server.Rest.PostAsync("/v1/completions", ServerHarness.Json(body));
            response.EnsureSuccessStatusCode();
        }

        await prometheus.UntilAnyAsync("count_over_time(looplm_exits_total{reason=\"threshold\"}[1m]) > 2");
        await prometheus.UntilAnyAsync("count_over_time(looplm_mask_duration_seconds_count[1m]) > 2");

        foreach (var (name, expression) in Queries.OfDashboard().Concat(Queries.OfScaling()))
        {
            Assert.True((await prometheus.QueryAsync(expression)).GetArrayLength() > 0, $"{name}: nothing answers {expression}");
        }

        // An alert has an answer where it fires, and here none does.
        foreach (var (name, expression) in Queries.OfAlerts())
        {
            Assert.True((await prometheus.QueryAsync(expression)).GetArrayLength() == 0, $"{name} fires");
        }
    }

    [Fact]
    public void Queries_NameOnlyMetricsThatAreListed()
    {
        var page = File.ReadAllText(Path.Combine(TestData.Root, "docs", "metrics.md"));
        string[] others = ["http_server_request_duration_seconds"];

        var named = Queries.OfDashboard().Concat(Queries.OfAlerts()).Concat(Queries.OfScaling())
            .SelectMany(each => Queries.MetricsOf(each.Expression)).Distinct().ToList();

        Assert.True(named.Count > 20);
        Assert.All(named.Except(others), name => Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void EndpointPicker_MapsMetricsThatAreListed()
    {
        var page = File.ReadAllText(Path.Combine(TestData.Root, "docs", "metrics.md"));

        var mapped = Regex.Matches(DeployFolder.Read("kubernetes", "endpoint-picker.yaml"), @"Spec: (\w+)")
            .Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(4, mapped.Count);
        Assert.All(mapped, name => Assert.Contains($"| `{name}` | gauge |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Dashboard_EveryPanel_HasItsOwnPlaceAndId()
    {
        var panels = Queries.Dashboard.GetProperty("panels").EnumerateArray().ToList();
        var places = panels.Select(panel => panel.GetProperty("gridPos")).Select(place =>
            (X: place.GetProperty("x").GetInt32(), Y: place.GetProperty("y").GetInt32(),
                W: place.GetProperty("w").GetInt32(), H: place.GetProperty("h").GetInt32())).ToList();

        Assert.Distinct(panels.Select(panel => panel.GetProperty("id").GetInt32()));
        Assert.Distinct(
            places.SelectMany(place =>
                Enumerable.Range(place.X, place.W).SelectMany(x => Enumerable.Range(place.Y, place.H).Select(y => (x, y)))));
        Assert.All(places, place => Assert.InRange(place.X + place.W, 1, 24));
    }
}
