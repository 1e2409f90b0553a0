using System.Net;
using System.Text.RegularExpressions;

namespace LoopLM.Server.Tests.Telemetry;

/// <summary><c>docs/metrics.md</c> lists what a scrape has, and a scrape has what it lists.</summary>
public sealed partial class MetricsPageTests
{
    /// <summary>What .NET measures by itself, of which the page names no single metric.</summary>
    private static readonly string[] s_others = ["dotnet_", "http_server_", "kestrel_", "target_info"];

    [Fact]
    public async Task Page_OfMetrics_ListsNameTypeAndLabelsOfEveryOneThatIsScraped()
    {
        await using var server = await StartAsync();

        var scraped = Families(await ScrapeAsync(server));

        var page = await File.ReadAllTextAsync(Path.Combine(TestData.Root, "docs", "metrics.md"));
        var listed = Row().Matches(page).Select(row => (
            row.Groups["name"].Value, row.Groups["type"].Value,
            Labels: Name().Matches(row.Groups["labels"].Value).Select(label => label.Value)));
        Assert.Equal(listed.Select(each => Show(each.Item1, each.Item2, each.Labels)).Order(StringComparer.Ordinal), scraped);
    }

    [Fact]
    public async Task Scrape_OfEveryMetric_PassesPromtool()
    {
        await using var server = await StartAsync();
        var families = (await ScrapeAsync(server)).Split("# TYPE ");

        var own = await CheckAsync(families.Where(family => !family.Contains("vllm:", StringComparison.Ordinal)));
        var vllms = await CheckAsync(families.Where(family => family.StartsWith("vllm:", StringComparison.Ordinal)).Prepend(""));

        Assert.Equal((0, ""), own);

        // Their colons are vLLM's.
        Assert.All(vllms.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line =>
            Assert.EndsWith(" metric names should not contain ':'", line, StringComparison.Ordinal));
        Assert.NotEmpty(vllms.Output);
    }

    private static Task<(int ExitCode, string Output)> CheckAsync(IEnumerable<string> families) =>
        ExternalProgram.RunAsync("promtool", string.Join("# TYPE ", families), "check", "metrics");

    private static Task<ServerHarness> StartAsync() =>
        ServerHarness.StartAsync(settings: ["--Engine:MaxSequences=1", "--Engine:MaxQueuedRequests=2"]);

    /// <summary>Brings about everything that is measured, and scrapes.</summary>
    private static async Task<string> ScrapeAsync(ServerHarness server)
    {
        await server.CompleteAsync("""{"prompt":"abc","max_tokens":4,"exit_threshold":0.6}""");
        await server.CompleteAsync("""{"prompt":"abc","max_tokens":4,"guided_choice":["yes","no"]}""");
        using (var hold = new Hold(server.Runner))
        {
            var running = server.PostAsync("""{"prompt":"a","max_tokens":1}""");
            hold.WaitUntilHeld();
            var more = Enumerable.Range(0, 3).Select(_ => server.PostAsync("""{"prompt":"a","max_tokens":1}""")).ToList();
            using var refused = await await Task.WhenAny(more).WaitAsync(ServerHarness.Patience);
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            hold.LetGo();
            await Task.WhenAll([running, .. more]);
        }

        await server.DrainAsync();
        return await server.Rest.GetStringAsync("/metrics");
    }

    private static IEnumerable<string> Families(string scrape) =>
        from family in scrape.Split("# TYPE ").Skip(1)
        let head = family[..family.IndexOf('\n', StringComparison.Ordinal)].Split(' ')
        where !Array.Exists(s_others, other => head[0].StartsWith(other, StringComparison.Ordinal))
        let samples = string.Join('\n', family.Split('\n').Skip(1).Where(line => !line.StartsWith('#')))
        let labels = Label().Matches(samples).Select(label => label.Groups["name"].Value).Where(label => label != "le")
        let shown = Show(head[0], head[1], labels)
        orderby shown
        select shown;

    private static string Show(string name, string type, IEnumerable<string> labels) =>
        $"{name} {type} {string.Join(',', labels.Distinct().Order(StringComparer.Ordinal))}";

    [GeneratedRegex(@"^\| `(?<name>[a-z0-9_:]+)` \| (?<type>\w+) \| (?<labels>[^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Name();

    [GeneratedRegex("""(?<name>\w+)="[^"]*"[,}]""")]
    private static partial Regex Label();
}
