using System.Globalization;
using System.Net;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using LoopLM.Protocol.V1;

namespace LoopLM.Server.Tests.Grpc;

/// <summary>The gRPC side, over h2c.</summary>
public sealed class InferenceServiceTests
{
    private static DateTime Deadline => DateTime.UtcNow + ServerHarness.Patience;

    [Fact]
    public async Task Generate_Text_StreamsEveryTokenWithItsDepthAndThenTheEnd()
    {
        await using var server = await ServerHarness.StartAsync(text: "h\u00e9");

        var responses = await GenerateAsync(
            server, new GenerateRequest { Text = "abc", MaxTokens = 9, ExitThreshold = 0.6f, Temperature = 0 });

        var tokens = responses[..^1].ConvertAll(response => response.Token);
        Assert.Equal(["h", "", "é", ""], tokens.Select(token => token.Text));
        Assert.Equal([104, 195, 169, 256], tokens.Select(token => token.Id));
        Assert.Equal([4, 2, 2, 2], tokens.Select(token => token.ExitStep));
        Assert.Equal([4, 2, 2, 2], tokens.Select(token => token.GateProbabilities.Count));
        var finish = responses[^1].Finish;
        Assert.Equal((FinishReason.Stop, false, 3, 4, 2.5),
            (finish.Reason, finish.HasStop, finish.PromptTokens, finish.CompletionTokens, finish.MeanExitStep));
    }

    [Fact]
    public async Task Generate_SpeculationAndSamePromptAgain_ReportDraftsAndCachedTokens()
    {
        await using var server = await ServerHarness.StartAsync(text: "hello", settings: "--Engine:PrefixCache=On");
        var request = new GenerateRequest { Text = "abcdefgh", MaxTokens = 3, ExitThreshold = 1, Speculation = Speculation.Fixed };
        await GenerateAsync(server, request);

        var responses = await GenerateAsync(server, request);

        var finish = responses[^1].Finish;
        Assert.Equal([true, true, false], responses[..^1].Select(response => response.Token.Drafted));
        Assert.Equal((7, 2, 2), (finish.CachedPromptTokens, finish.DraftTokens, finish.AcceptedDraftTokens));
    }

    [Fact]
    public async Task Generate_StopString_FinishesWithIt()
    {
        await using var server = await ServerHarness.StartAsync();

        var responses = await GenerateAsync(server, new GenerateRequest { Text = "a", MaxTokens = 30, Stop = { "lo" } });

        Assert.Equal("hél", string.Concat(responses.Select(response => response.Token?.Text ?? response.Finish.Text)));
        Assert.Equal("lo", responses[^1].Finish.Stop);
    }

    [Fact]
    public async Task Generate_TokensAndTrace_LeavesWhereTheTraceSays()
    {
        await using var server = await ServerHarness.StartAsync();
        var request = new GenerateRequest
        {
            Tokens = new TokenIds { Ids = { 1, 2 } },
            MaxTokens = 3,
            ExitPolicy = "trace",
            ExitTrace = { 4, 1, 3 },
            KvLayout = KvLayout.Shared,
        };

        var responses = await GenerateAsync(server, request);

        Assert.Equal([4, 1, 3], responses[..^1].Select(response => response.Token.ExitStep));
    }

    [Fact]
    public async Task Generate_ChoosingAndReports_ReachTheEngine()
    {
        await using var server = await ServerHarness.StartAsync(text: "hello");
        var request = new GenerateRequest
        {
            Text = "a",
            MaxTokens = 5,
            Temperature = 0,
            ExitThreshold = 0.6f,
            LogitBias = { [104] = 1 },
            StopTokenIds = { 108 },
            IncludeStop = true,
            Logprobs = 1,
            LoopLogprobs = 2,
        };

        var responses = await GenerateAsync(server, request);

        var tokens = responses[..^1].ConvertAll(response => response.Token);
        Assert.Equal(("hel", 108), (string.Concat(tokens.Select(token => token.Text)), responses[^1].Finish.StopTokenId));
        Assert.All(tokens, token => Assert.Equal((0f, token.Id), (token.Logprob, token.TopLogprobs.Single().Id)));
        Assert.Equal([4, 2, 2], tokens.Select(token => token.LoopLogprobs.Count(loop => loop.Top.Count == 2)));
    }

    public static TheoryData<GenerateRequest, StatusCode, string> Refused => new()
    {
        { new GenerateRequest(), StatusCode.InvalidArgument, "prompt" },
        { new GenerateRequest { Text = "" }, StatusCode.InvalidArgument, "prompt" },
        { new GenerateRequest { Text = "a", Model = "other" }, StatusCode.NotFound, "other" },
        { new GenerateRequest { Text = "a", MaxTokens = 0 }, StatusCode.InvalidArgument, "max_tokens" },
        { new GenerateRequest { Text = "a", MaxTokens = 64 }, StatusCode.InvalidArgument, "maximum context length" },
        { new GenerateRequest { Text = "a", Temperature = float.NaN }, StatusCode.InvalidArgument, "temperature" },
        { new GenerateRequest { Text = "a", ExitThreshold = float.NaN }, StatusCode.InvalidArgument, "exit_threshold" },
        { new GenerateRequest { Text = "a", TopK = -1 }, StatusCode.InvalidArgument, "top_k" },
        { new GenerateRequest { Text = "a", PresencePenalty = 3 }, StatusCode.InvalidArgument, "presence_penalty" },
        { new GenerateRequest { Text = "a", LogitBias = { [260] = 1 } }, StatusCode.InvalidArgument, "logit_bias" },
        { new GenerateRequest { Text = "a", Logprobs = 21 }, StatusCode.InvalidArgument, "logprobs" },
        { new GenerateRequest { Text = "a", Stop = { "" } }, StatusCode.InvalidArgument, "stop" },
        { new GenerateRequest { Text = "a", KvLayout = (KvLayout)7 }, StatusCode.InvalidArgument, "kv_layout" },
        { new GenerateRequest { Tokens = new TokenIds { Ids = { 260 } } }, StatusCode.InvalidArgument, "prompt" },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task Generate_BadRequest_IsRefusedNamingTheField(GenerateRequest request, StatusCode code, string named)
    {
        await using var server = await ServerHarness.StartAsync();

        var exception = await Assert.ThrowsAsync<RpcException>(() => GenerateAsync(server, request));

        Assert.Equal(code, exception.StatusCode);
        Assert.Contains(named, exception.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_NumbersOfAnySize_AreAnsweredOrRefused()
    {
        await using var server = await ServerHarness.StartAsync();
        var random = new Random(1);
        int[] integers = [0, 1, 2, 5, 63, -1, int.MaxValue, int.MinValue];
        float[] numbers = [0, 1, 0.5f, -1, 2, float.NaN, float.PositiveInfinity, float.MaxValue, float.Epsilon];
        for (var round = 0; round < 200; round++)
        {
            var request = new GenerateRequest { Text = "abc", MaxTokens = 5 };
            foreach (var field in GenerateRequest.Descriptor.Fields.InDeclarationOrder().Where(_ => random.Next(4) == 0))
            {
                object? value = (field.FieldType, field.IsRepeated || field.IsMap) switch
                {
                    (FieldType.Int32 or FieldType.UInt32 or FieldType.SInt32, false) => integers[random.Next(integers.Length)],
                    (FieldType.Float, false) => numbers[random.Next(numbers.Length)],
                    (FieldType.Int64, false) => long.MinValue + random.Next(3),
                    (FieldType.Bool, false) => true,
                    _ => null,
                };
                if (value is not null)
                {
                    field.Accessor.SetValue(request, value);
                }
            }

            var failed = await Record.ExceptionAsync(() => GenerateAsync(server, request));
            Assert.True(failed is null or RpcException { StatusCode: StatusCode.InvalidArgument }, $"{request} gave {failed}");
        }
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 255, 255, 255, 255, 18, 1, 97 })]
    public async Task Generate_MalformedFrames_AreAnInvalidArgumentAndTheConnectionGoesOn(byte[] frames)
    {
        await using var server = await ServerHarness.StartAsync();
        var connections = 0;
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                connections++;
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        });
        for (var call = 0; call < 2; call++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{server.Channel.Target}/looplm.v1.Inference/Generate")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(frames) { Headers = { ContentType = new("application/grpc") } },
            };
            using var response = await http.SendAsync(request).WaitAsync(ServerHarness.Patience);
            await response.Content.ReadAsByteArrayAsync();

            var headers = response.TrailingHeaders.Concat(response.Headers)
                .ToDictionary(header => header.Key, header => header.Value.First());
            Assert.Equal(($"{(int)StatusCode.InvalidArgument}", 1), (headers["grpc-status"], connections));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0x0a, 0x7f, 0x61 })]
    [InlineData(new byte[] { 0x0a, 0x01, 0xff })]
    [InlineData(new byte[] { 0x00 })]
    public async Task Generate_NoProtobuf_IsAnInvalidArgumentAndNoBug(byte[] message)
    {
        var file = Path.Combine(Path.GetTempPath(), $"looplm-{Guid.NewGuid():N}.log");
        try
        {
            await using (var server = await ServerHarness.StartAsync(settings:
                ["--Serilog:MinimumLevel:Default=Warning", "--Serilog:MinimumLevel:Override:Grpc=Warning",
                    "--Serilog:WriteTo:0:Name=File", $"--Serilog:WriteTo:0:Args:path={file}"]))
            {
                var bytes = Marshallers.Create<byte[]>(each => each, each => each);
                var method = new Method<byte[], byte[]>(
                    MethodType.ServerStreaming, Inference.Descriptor.FullName, "Generate", bytes, bytes);
                using var call = server.Channel.CreateCallInvoker()
                    .AsyncServerStreamingCall(method, null, new CallOptions(deadline: Deadline), message);

                var exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.ReadAllAsync().ToListAsync().AsTask());

                Assert.Equal(
                    (StatusCode.InvalidArgument, "The message is not a GenerateRequest."), (exception.StatusCode, exception.Status.Detail));
            }

            Assert.DoesNotContain("   at ", File.Exists(file) ? await File.ReadAllTextAsync(file) : "", StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(3 << 20)]
    [InlineData((1 << 20) + 1)]
    public async Task Generate_MessageTooLarge_IsResourceExhaustedWithTheLimitAndTheChannelGoesOn(int length)
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:MaxBodyBytes=1048576");

        for (var call = 0; call < 3; call++)
        {
            var request = new GenerateRequest { Text = new string('a', length) };
            var exception = await Assert.ThrowsAsync<RpcException>(() => GenerateAsync(server, request));

            Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
            Assert.Contains("Limits:MaxBodyBytes", exception.Status.Detail, StringComparison.Ordinal);
        }

        Assert.NotEmpty(await GenerateAsync(server, new GenerateRequest { Text = "a", MaxTokens = 2 }));
    }

    [Fact]
    public async Task Generate_SettingAtFault_HasItsNameInTheProtocol()
    {
        await using var server = await ServerHarness.StartAsync();
        (GenerateRequest Request, string Message)[] refused =
        [
            (new() { Text = "a", LoopLogprobs = 99 }, "'loop_logprobs' is 99; it must be between 0 and 5."),
            (new() { Text = "a", SkippedLoopLogprobs = true }, "'skipped_loop_logprobs' needs 'loop_logprobs' to be 1 or more."),
            (new() { Text = "a", TopK = -2 }, "'top_k' is -2; it must be 0 (off) or more."),
            (new() { Text = "a", MaxTokens = 0 }, "'max_tokens' is 0; it must be 1 or more."),
            (new() { Text = "a", KvLayout = (KvLayout)7 }, "'kv_layout' is '7'; it must be last-exited or shared."),
            (new() { Text = "a", Speculation = (Speculation)7 }, "'speculation' is '7'; it must be off, fixed or adaptive."),
            (new() { Text = "a", TruncationSide = "up" }, "'truncation_side' is 'up'; it must be left or right."),
        ];

        foreach (var (request, message) in refused)
        {
            var exception = await Assert.ThrowsAsync<RpcException>(() => GenerateAsync(server, request));

            Assert.Equal((StatusCode.InvalidArgument, message), (exception.StatusCode, exception.Status.Detail));
        }
    }

    [Fact]
    public async Task Generate_NamedTokens_AreReportedAfterTheMostProbable()
    {
        await using var server = await ServerHarness.StartAsync();

        var responses = await GenerateAsync(
            server, new GenerateRequest { Text = "a", MaxTokens = 1, Logprobs = 1, LogprobTokenIds = { 7 } });

        Assert.Equal(7, responses[0].Token.TopLogprobs[1].Id);
        Assert.Equal(2, responses[0].Token.TopLogprobs.Count);
    }

    [Fact]
    public async Task List_Health_TellsOfEveryService()
    {
        await using var server = await ServerHarness.StartAsync();

        var list = await new Protocol.HealthV1.Health.HealthClient(server.Channel).ListAsync(
            new Protocol.HealthV1.HealthListRequest(), deadline: Deadline);

        Assert.Equal(
            [("", Protocol.HealthV1.HealthCheckResponse.Types.ServingStatus.Serving),
                ("looplm.v1.Inference", Protocol.HealthV1.HealthCheckResponse.Types.ServingStatus.Serving)],
            list.Statuses.Select(each => (each.Key, each.Value.Status)).Order());
    }

    [Fact]
    public async Task Generate_QueueFull_SaysWhenToTryAgain()
    {
        await using var server = await ServerHarness.StartAsync(settings: ["--Engine:MaxSequences=1", "--Engine:MaxQueuedRequests=1"]);
        using var hold = new Hold(server.Runner);
        var first = GenerateAsync(server, new GenerateRequest { Text = "a" });
        hold.WaitUntilHeld();
        var others = Enumerable.Range(0, 2)
            .Select(_ => Record.ExceptionAsync(() => GenerateAsync(server, new GenerateRequest { Text = "a" })).AsTask()).ToArray();

        var refused = Assert.IsType<RpcException>(await await Task.WhenAny(others).WaitAsync(ServerHarness.Patience));
        hold.LetGo();

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.InRange(int.Parse(refused.Trailers.GetValue("grpc-retry-pushback-ms")!, CultureInfo.InvariantCulture), 1000, 60_000);
        await first;
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task Generate_ModelFails_EndsWithInternal()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Runner.BeforeLoop = batch =>
        {
            if (batch.Rows[0].Position == 2)
            {
                throw new InvalidOperationException("broken");
            }
        };

        var exception = await Assert.ThrowsAsync<RpcException>(() => GenerateAsync(server, new GenerateRequest { Text = "a" }));

        Assert.Equal(StatusCode.Internal, exception.StatusCode);
    }

    [Fact]
    public async Task Generate_Cancelled_EndsWithinATick()
    {
        await using var server = await ServerHarness.StartAsync();
        using var hold = new Hold(server.Runner, position: 1);
        using (var call = new Inference.InferenceClient(server.Channel).Generate(
            new GenerateRequest { Text = "a", MaxTokens = 60 }, deadline: Deadline))
        {
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            hold.WaitUntilHeld();
        }

        await server.UntilNoPostIsServedAsync();
        hold.LetGo();
        await server.DrainAsync();
        Assert.Equal(1, hold.Loops);
    }

    [Fact]
    public async Task Health_Ready_IsServing()
    {
        await using var server = await ServerHarness.StartAsync();

        var response = await new global::Grpc.Health.V1.Health.HealthClient(server.Channel).CheckAsync(
            new HealthCheckRequest { Service = "looplm.v1.Inference" }, deadline: Deadline);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, response.Status);
    }

    [Fact]
    public async Task Reflection_ListServices_NamesTheService()
    {
        await using var server = await ServerHarness.StartAsync();
        using var call = new ServerReflection.ServerReflectionClient(server.Channel).ServerReflectionInfo(deadline: Deadline);

        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Contains("looplm.v1.Inference", call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name));
        await call.RequestStream.CompleteAsync();
    }

    private static async Task<List<GenerateResponse>> GenerateAsync(ServerHarness server, GenerateRequest request)
    {
        using var call = new Inference.InferenceClient(server.Channel).Generate(request, deadline: Deadline);
        return await call.ResponseStream.ReadAllAsync().ToListAsync();
    }
}
