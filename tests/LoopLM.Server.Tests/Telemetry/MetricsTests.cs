using Grpc.Core;
using LoopLM.Protocol.V1;

namespace LoopLM.Server.Tests.Telemetry;

public sealed class MetricsTests
{
    [Fact]
    public async Task Get_Metrics_ShowsEveryInstrumentAfterARequest()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CompleteAsync("""{"prompt":"abc","max_tokens":4,"exit_threshold":0.6}""");
        await server.DrainAsync();

        var lines = (await server.Rest.GetStringAsync("/metrics")).Split('\n').ToHashSet();

        Assert.Superset(
            new HashSet<string>
            {
                "looplm_requests_total{model=\"looplm-bytes\",outcome=\"length\"} 1",
                "looplm_tokens_prompt_total{model=\"looplm-bytes\"} 3",
                "looplm_tokens_generated_total{model=\"looplm-bytes\"} 4",
                "looplm_exits_total{exit_step=\"2\",model=\"looplm-bytes\",policy=\"q-exit\",reason=\"threshold\"} 3",
                "looplm_exits_total{exit_step=\"4\",model=\"looplm-bytes\",policy=\"q-exit\",reason=\"prompt\"} 1",
                "looplm_loops_run_total{model=\"looplm-bytes\"} 10",
                "looplm_loops_saved_total{model=\"looplm-bytes\"} 6",
                "looplm_exit_step_mean{model=\"looplm-bytes\"} 2.5",
                "looplm_tick_rows_count{model=\"looplm-bytes\"} 10",
                "looplm_tick_rows_sum{model=\"looplm-bytes\"} 18",
                "looplm_kv_slots_used{model=\"looplm-bytes\"} 0",
                "looplm_queue_requests{model=\"looplm-bytes\"} 0",
                "looplm_time_to_first_token_seconds_count{model=\"looplm-bytes\"} 1",
                "looplm_inter_token_latency_seconds_count{model=\"looplm-bytes\"} 3",
                "vllm:generation_tokens_total{engine=\"0\",model_name=\"looplm-bytes\"} 4",
                "vllm:num_requests_waiting{engine=\"0\",model_name=\"looplm-bytes\"} 0",
            },
            lines);
    }

    [Fact]
    public async Task Get_MetricsAfterAStopString_CountsAStopAndNoCancellation()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CompleteAsync("""{"prompt":"abc","max_tokens":40,"stop":"lo"}""");
        await server.StopEngineAsync();

        var metrics = await server.Rest.GetStringAsync("/metrics");

        Assert.Contains("looplm_requests_total{model=\"looplm-bytes\",outcome=\"stop\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("looplm_requests_total{model=\"looplm-bytes\",outcome=\"cancelled\"} 0", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_MetricsAfterARequestThatForbidsEveryToken_CountsNoFailure()
    {
        await using var server = await ServerHarness.StartAsync();
        await ServerHarness.RefuseAsync(server.Rest.PostAsync(
            "/v1/completions", ServerHarness.Json("""{"prompt":"abc","max_tokens":4,"allowed_token_ids":[97],"bad_words":["a"]}""")));
        await server.DrainAsync();

        var metrics = await server.Rest.GetStringAsync("/metrics");

        Assert.Contains("looplm_requests_total{model=\"looplm-bytes\",outcome=\"invalid\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("looplm_requests_total{model=\"looplm-bytes\",outcome=\"failed\"} 0", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/completions", """{"prompt":"abc","max_tokens":3}""", "text_completion")]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":"a"}],"max_tokens":3}""", "chat")]
    public async Task Get_MetricsAfterARequest_HasOpenTelemetrysOfServers(string path, string body, string operation)
    {
        await using var server = await ServerHarness.StartAsync();
        using var response = await server.Rest.PostAsync(path, ServerHarness.Json(body));
        response.EnsureSuccessStatusCode();
        await server.UntilNoPostIsServedAsync();

        var metrics = await server.Rest.GetStringAsync("/metrics");

        var labels =
            $"{{gen_ai_operation_name=\"{operation}\",gen_ai_provider_name=\"looplm\",gen_ai_request_model=\"looplm-bytes\",gen_ai_response_model=\"looplm-bytes\"}} 1";
        Assert.All(
            (string[])["request_duration", "time_to_first_token", "time_per_output_token"],
            name => Assert.Contains($"gen_ai_server_{name}_seconds_count{labels}", metrics, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_MetricsAsPrometheusAsks_AreTextThatEndsWithVllmsNames()
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");
        request.Headers.Add("Accept-Encoding", "gzip");

        using var response = await server.Rest.SendAsync(request);

        Assert.Equal(("text/plain", 0), (response.Content.Headers.ContentType?.MediaType, response.Content.Headers.ContentEncoding.Count));
        Assert.StartsWith("vllm:", (await response.Content.ReadAsStringAsync()).TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_MetricsOfAModelOfFourLoops_HasNoBucketForMore()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CompleteAsync("""{"prompt":"abc","max_tokens":4}""");

        var metrics = await server.Rest.GetStringAsync("/metrics");

        Assert.DoesNotMatch("(exit_step|[{,]loop)=\"([5-9]|1[0-9])\"", metrics);
    }

    [Fact]
    public async Task Get_Metrics_NamesTheServer()
    {
        await using var server = await ServerHarness.StartAsync();

        var target = (await server.Rest.GetStringAsync("/metrics")).Split('\n')
            .Single(line => line.StartsWith("target_info{", StringComparison.Ordinal));

        Assert.Contains("service_name=\"LoopLM.Server\"", target, StringComparison.Ordinal);
        Assert.DoesNotContain("instance", target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Metrics_GivesOnlyHistogramsTheSuffixesOfHistograms()
    {
        await using var server = await ServerHarness.StartAsync();

        var types = (await server.Rest.GetStringAsync("/metrics")).Split('\n')
            .Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToList();

        Assert.Contains(types, type => type[2] == "dotnet_assembly");
        Assert.All(types, type => Assert.DoesNotMatch("_(count|sum|bucket)$", type[2]));
        Assert.All(types.Where(type => type[3] == "counter"), type => Assert.EndsWith("_total", type[2], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_OfRequests_NeverHoldsTheirText()
    {
        var file = Path.Combine(Path.GetTempPath(), $"looplm-{Guid.NewGuid():N}.log");
        try
        {
            await using (var server = await ServerHarness.StartAsync(settings:
                ["--Serilog:MinimumLevel:Default=Verbose", "--Serilog:MinimumLevel:Override:Microsoft.AspNetCore=Verbose",
                    "--Serilog:WriteTo:0:Name=File", $"--Serilog:WriteTo:0:Args:path={file}"]))
            {
                await server.CompleteAsync("""{"prompt":"topsecret","max_tokens":20,"stop":"hushhush","exit_threshold":0.6}""");
                await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"topsecret","max_tokens":0}"""));
                await ServerHarness.RefuseAsync(server.PostAsync("""{"topsecret":"topsecret"""));
                await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"a","guided_regex":"topsecret("}"""));
                await ServerHarness.RefuseAsync(server.PostAsync("""{"prompt":"a","guided_json":{"type":"topsecret"}}"""));
                await server.CompleteAsync("""{"prompt":"a","max_tokens":20,"guided_choice":["topsecret"]}""");
                foreach (var body in (string[])
                    [""" "max_tokens":4 """, """ "topsecret":1,"tools":[{"type":"function","function":{"name":"topsecret"}}] """,
                        """ "chat_template_kwargs":{"topsecret":"topsecret"} """])
                {
                    using var chat = await server.Rest.PostAsync(
                        "/v1/chat/completions", ServerHarness.Json($$"""{"messages":[{"role":"user","content":"topsecret"}],{{body}}}"""));
                }

                using var call = new Inference.InferenceClient(server.Channel).Generate(
                    new GenerateRequest { Text = "topsecret", MaxTokens = 2 }, deadline: DateTime.UtcNow + ServerHarness.Patience);
                await call.ResponseStream.ReadAllAsync().ToListAsync();
            }

            var log = await File.ReadAllTextAsync(file);
            Assert.Contains("/v1/completions", log, StringComparison.Ordinal);
            Assert.DoesNotContain("topsecret", log, StringComparison.Ordinal);
            Assert.DoesNotContain("hushhush", log, StringComparison.Ordinal);
            Assert.DoesNotContain("wörld", log, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
