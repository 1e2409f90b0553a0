using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using LoopLM.Protocol.V1;
using LoopLM.Server.Telemetry;

namespace LoopLM.Server.Tests.Telemetry;

/// <summary>The spans of requests, whatever the protocol they came by.</summary>
public sealed class RequestSpansTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly ActivityTraceId _trace = ActivityTraceId.CreateRandom();
    private readonly ActivityListener _listener;

    public RequestSpansTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RequestSpans.SourceName,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == _trace)
                {
                    _spans.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private string TraceParent => $"00-{_trace}-00f067aa0ba902b7-01";

    [Theory]
    [InlineData("/v1/completions", """{"prompt":"topsecret","max_tokens":3,"temperature":0.5,"exit_threshold":0.6}""",
        "text_completion looplm-bytes", 9)]
    [InlineData("/v1/completions", """{"prompt":"topsecret","max_tokens":3,"stream":true,"exit_threshold":0.6}""",
        "text_completion looplm-bytes", 9)]
    [InlineData("/v1/chat/completions",
        """{"messages":[{"role":"user","content":"topsecret"}],"max_tokens":3,"exit_threshold":0.6}""", "chat looplm-bytes", null)]
    [InlineData("/v1/responses", """{"input":"topsecret","max_output_tokens":3,"exit_threshold":0.6}""", "chat looplm-bytes", null)]
    [InlineData("grpc", "topsecret", "text_completion looplm-bytes", 9)]
    public async Task Request_ThatIsAnswered_HasSpansOfItsPartsBelowItself(string path, string body, string name, int? promptTokens)
    {
        await using var server = await ServerHarness.StartAsync();

        var response = path == "grpc" ? await GenerateAsync(server, body) : await PostAsync(server, path, body);

        await server.UntilNoPostIsServedAsync();
        var request = Assert.Single(_spans, span => span.DisplayName == name);
        Assert.Equal(response, $"00-{_trace}-{request.ParentSpanId}-01");
        Assert.Equal(
            ["queue", "prefill", "decode"], _spans.Where(span => span.ParentSpanId == request.SpanId).Select(span => span.DisplayName));
        Assert.Equal(4, _spans.Count);
        var parts = _spans.Where(span => span != request).ToList();
        Assert.Equal(request.StartTimeUtc, parts[0].StartTimeUtc);
        Assert.All(parts.Zip(parts.Skip(1)), pair => Assert.Equal(pair.First.StartTimeUtc + pair.First.Duration, pair.Second.StartTimeUtc));
        Assert.True(parts[^1].StartTimeUtc + parts[^1].Duration <= request.StartTimeUtc + request.Duration);

        Assert.Equal("looplm", request.GetTagItem("gen_ai.provider.name"));
        Assert.Equal(3, request.GetTagItem("gen_ai.request.max_tokens"));
        Assert.Equal(3, request.GetTagItem("gen_ai.usage.output_tokens"));
        Assert.Equal(8.0 / 3, request.GetTagItem("loop.mean_exit_step"));
        Assert.Equal(8L, request.GetTagItem("loop.loops"));
        Assert.Equal(0.6f, request.GetTagItem("loop.exit_threshold"));
        Assert.Equal("length", request.GetTagItem("loop.finish"));
        Assert.Equal(["length"], Assert.IsType<string[]>(request.GetTagItem("gen_ai.response.finish_reasons")));
        Assert.True(promptTokens is null || promptTokens.Equals(request.GetTagItem("gen_ai.usage.input_tokens")));
        Assert.All(_spans, span =>
            Assert.DoesNotContain("topsecret", string.Join(' ', span.TagObjects.Select(tag => $"{tag.Value}")), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_ThatTheModelFailsOn_HasASpanWithTheError()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.BeforeLoop = _ => throw new InvalidOperationException("broken");

        await PostAsync(server, "/v1/completions", """{"prompt":"abc","max_tokens":3}""");

        await server.UntilNoPostIsServedAsync();
        var request = Assert.Single(_spans, span => span.DisplayName == "text_completion looplm-bytes");
        Assert.Equal(("failed", ActivityStatusCode.Error), (request.GetTagItem("error.type"), request.Status));
        Assert.Equal("queue", Assert.Single(_spans, span => span != request).DisplayName);
    }

    public void Dispose() => _listener.Dispose();

    private async Task<string> PostAsync(ServerHarness server, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = ServerHarness.Json(body),
            Headers = { { "traceparent", TraceParent } },
        };
        using var response = await server.Rest.SendAsync(request);
        return response.Headers.GetValues("traceresponse").Single();
    }

    private async Task<string> GenerateAsync(ServerHarness server, string text)
    {
        using var call = new Inference.InferenceClient(server.Channel).Generate(
            new GenerateRequest { Text = text, MaxTokens = 3, ExitThreshold = 0.6f },
            new Metadata { { "traceparent", TraceParent } },
            DateTime.UtcNow + ServerHarness.Patience);
        await call.ResponseStream.ReadAllAsync().ToListAsync();
        return (await call.ResponseHeadersAsync).GetValue("traceresponse")!;
    }
}
