using System.Diagnostics;
using System.Text.Json;

namespace LoopLM.Deploy.Tests.Monitoring;

/// <summary>A Prometheus that scrapes one server every half second, with the alert rules loaded. It ends when it is disposed.</summary>
internal sealed class PrometheusProcess : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("looplm-prometheus");
    private readonly HttpClient _http;
    private readonly Process _process;

    /// <summary>Starts one; the test is skipped where it is not installed.</summary>
    /// <param name="server">The address of the server.</param>
    public PrometheusProcess(Uri server)
    {
        var file = Path.Combine(_folder.FullName, "prometheus.yaml");
        File.WriteAllText(file, DeployFolder.Read("prometheus", "prometheus.yaml")
            .Replace("scrape_interval: 5s", "scrape_interval: 500ms", StringComparison.Ordinal)
            .Replace("evaluation_interval: 15s", "evaluation_interval: 1s", StringComparison.Ordinal)
            .Replace("- alerts.yaml", $"- {DeployFolder.PathOf("prometheus", "alerts.yaml")}", StringComparison.Ordinal)
            .Replace("looplm:8080", server.Authority, StringComparison.Ordinal));
        var address = $"127.0.0.1:{FreePort.Next()}";
        _process = ExternalProgram.Start(
            "prometheus", $"--config.file={file}",
            $"--storage.tsdb.path={Path.Combine(_folder.FullName, "data")}", $"--web.listen-address={address}");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _http = new() { BaseAddress = new Uri($"http://{address}"), Timeout = ServerHarness.Patience };
    }

    /// <summary>The result of a query: its samples.</summary>
    public async Task<JsonElement> QueryAsync(string expression)
    {
        using var response = await _http.PostAsync("/api/v1/query", new FormUrlEncodedContent([new("query", expression)]));
        var body = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.True(body.GetProperty("status").GetString() == "success", $"{expression}: {body}");
        return body.GetProperty("data").GetProperty("result");
    }

    /// <summary>Waits until a query has a sample.</summary>
    public async Task UntilAnyAsync(string expression)
    {
        using var patience = new CancellationTokenSource(ServerHarness.Patience);
        while (!await HasAnyAsync())
        {
            Assert.False(_process.HasExited, "Prometheus has ended");
            await Task.Delay(100, patience.Token);
        }

        async Task<bool> HasAnyAsync()
        {
            try
            {
                return (await QueryAsync(expression)).GetArrayLength() > 0;
            }
            catch (Exception exception) when (exception is HttpRequestException or JsonException)
            {
                // It does not listen yet, or is not ready.
                return false;
            }
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit(ServerHarness.Patience);
        _process.Dispose();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }
}
