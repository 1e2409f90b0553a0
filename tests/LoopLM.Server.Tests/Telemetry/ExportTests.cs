using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace LoopLM.Server.Tests.Telemetry;

/// <summary>What a server sends to a collector, by the variables that OpenTelemetry has for it.</summary>
public sealed class ExportTests
{
    [Fact]
    public async Task Export_EndpointInTheEnvironment_SendsSpansAndMetricsByTheServicesName()
    {
        await using var collector = await Collector.StartAsync();
        using var server = await ServerProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "50",
                ["OTEL_SERVICE_NAME"] = "fox",
            });
        await server.UntilReadyAsync();

        using var response = await server.Rest.PostAsync(
            "/v1/completions?key=topsecret", ServerHarness.Json("""{"prompt":"topsecret","max_tokens":2}"""));
        response.EnsureSuccessStatusCode();

        await collector.UntilSentAsync("/v1/traces", "POST /v1/completions");
        await collector.UntilSentAsync("/v1/traces", "text_completion looplm-bytes");
        await collector.UntilSentAsync("/v1/metrics", "looplm.exits");
        Assert.Contains("fox", collector.Sent("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", collector.Sent("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("/health", collector.Sent("/v1/traces"), StringComparison.Ordinal);
    }

    /// <summary>Takes what is exported to it.</summary>
    private sealed class Collector(WebApplication app, ConcurrentQueue<(string Path, string Body)> sent) : IAsyncDisposable
    {
        public string Address => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var sent = new ConcurrentQueue<(string Path, string Body)>();
            app.Run(async context =>
            {
                using var reader = new StreamReader(context.Request.Body, Encoding.Latin1);
                sent.Enqueue((context.Request.Path.ToString(), await reader.ReadToEndAsync()));
                context.Response.ContentType = "application/x-protobuf";
            });
            await app.StartAsync();
            return new(app, sent);
        }

        public string Sent(string path) => string.Concat(sent.Where(each => each.Path == path).Select(each => each.Body));

        public async Task UntilSentAsync(string path, string text)
        {
            using var patience = new CancellationTokenSource(ServerHarness.Patience);
            while (!Sent(path).Contains(text, StringComparison.Ordinal))
            {
                await Task.Delay(10, patience.Token);
            }
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
