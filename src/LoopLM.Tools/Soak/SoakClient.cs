using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using LoopLM.Protocol.V1;

namespace LoopLM.Tools.Soak;

/// <summary>One client of a soak: it makes one call after another, some of them in bad manners.</summary>
internal sealed class SoakClient : IDisposable
{
    private const int SmallBuffer = 4096;
    private const int SlowReads = 60;
    private const int SlowBytes = 512;
    private static readonly TimeSpan s_slowPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly SoakOptions _options;
    private readonly SoakTally _tally;
    private readonly Random _random;
    private readonly HttpClient _http;
    private readonly GrpcChannel? _channel;

    /// <param name="options">The soak.</param>
    /// <param name="number">The client's number, from 0.</param>
    /// <param name="tally">Where it counts.</param>
    public SoakClient(SoakOptions options, int number, SoakTally tally)
    {
        (_options, _tally) = (options, tally);
        _random = new Random(unchecked((options.Seed * 7919) + number));
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync })
        {
            BaseAddress = options.Rest,
            Timeout = s_patience,
        };
        if (options.Key is { } key)
        {
            _http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }

        _channel = options.Grpc is { } address ? GrpcChannel.ForAddress(address) : null;
    }

    /// <summary>Makes one call.</summary>
    public async Task CallAsync()
    {
        var number = _random.Next(SoakRequest.Distinct);
        var request = SoakRequest.Create(_options.Seed, number);
        switch (_random.Next(20))
        {
            case < 5 when _channel is not null:
                await CallGrpcAsync(number);
                break;
            case 5:
                await SendMalformedAsync(request);
                break;
            case 6 or 7:
                await LeaveAsync(request);
                break;
            case 8:
                await ReadSlowlyAsync(request);
                break;
            case < 14 when request.Streams:
                await AskAsync(request, streams: true);
                break;
            default:
                await AskAsync(request, streams: false);
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _channel?.Dispose();
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static string Body(SoakRequest request, bool streams) =>
        streams ? $$"""{"stream":true,{{request.Body}}}""" : $"{{{request.Body}}}";

    /// <summary>Connects with little room to receive, so that the server feels a slow reader.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = SmallBuffer };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task AskAsync(SoakRequest request, bool streams)
    {
        var kind = streams ? $"{request.Path} streamed" : request.Path;
        try
        {
            using var response = await _http.PostAsync(request.Path, Json(Body(request, streams)));
            var answer = await response.Content.ReadAsStringAsync();
            var isStream = response.Content.Headers.ContentType?.MediaType == "text/event-stream";
            switch ((int)response.StatusCode)
            {
                case 200:
                    _tally.Answered(kind, $"{request.Number} of seed {_options.Seed}",
                        isStream ? SoakAnswer.OfStream(answer) : SoakAnswer.Of(answer), request.Generations);
                    break;
                case 429 or 503:
                    _tally.Uncounted(kind, $"refused {(int)response.StatusCode}", request.Generations);
                    break;
                case >= 400 and < 500:
                    _tally.End(kind, $"refused {(int)response.StatusCode}");
                    break;
                default:
                    Failed(kind, request, $"{(int)response.StatusCode} {answer}");
                    break;
            }
        }
        catch (Exception exception)
            when (exception is HttpRequestException or IOException or OperationCanceledException or JsonException or FormatException)
        {
            Failed(kind, request, exception.Message);
        }
    }

    /// <summary>A failure is a problem, unless the runner fails on purpose.</summary>
    private void Failed(string kind, SoakRequest request, string what)
    {
        _tally.Uncounted(kind, "failed", request.Generations);
        if (!_options.Faults)
        {
            _tally.Problem($"{kind}, request {request.Number} of seed {_options.Seed}: {what}");
        }
    }

    /// <summary>Sends bytes of a request that are cut off, or changed, or no JSON at all; each must be refused.</summary>
    private async Task SendMalformedAsync(SoakRequest request)
    {
        const string kind = "malformed";
        var bytes = Encoding.UTF8.GetBytes(Body(request, streams: false));
        bytes = _random.Next(3) switch
        {
            0 => bytes[..^1],
            1 => [.. bytes[..(bytes.Length / 2)], 0xFF, (byte)_random.Next(256)],
            _ => [(byte)_random.Next(256), .. bytes],
        };
        try
        {
            using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new("application/json") } };
            using var response = await _http.PostAsync(request.Path, content);
            _tally.End(kind, $"{(int)response.StatusCode}");

            // A blank before the body changes nothing.
            var isRight = (int)response.StatusCode is >= 400 and < 500 || bytes[0] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';
            if (response.IsSuccessStatusCode && isRight)
            {
                _tally.Uncounted(kind, "taken", request.Generations);
            }

            if (!isRight && !_options.Faults)
            {
                _tally.Problem($"{(int)response.StatusCode} for {Encoding.Latin1.GetString(bytes)}");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            _tally.Problem($"A malformed body of {request.Path} breaks the connection: {exception.Message}");
        }
    }

    /// <summary>Goes away before the answer, or in its midst.</summary>
    private async Task LeaveAsync(SoakRequest request)
    {
        using var leave = new CancellationTokenSource(_random.Next(80));
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, request.Path) { Content = Json(Body(request, request.Streams)) };
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, leave.Token);
            using var stream = await response.Content.ReadAsStreamAsync(leave.Token);
            await stream.ReadAtLeastAsync(new byte[SlowBytes], SlowBytes, throwOnEndOfStream: false, leave.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // It has gone away.
        }

        _tally.Uncounted("left", request.Path, request.Generations);
    }

    /// <summary>Reads a little now and then, and goes away when it has had enough of it. The server may break off before.</summary>
    private async Task ReadSlowlyAsync(SoakRequest request)
    {
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, request.Path) { Content = Json(Body(request, request.Streams)) };
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
            using var stream = await response.Content.ReadAsStreamAsync();
            var buffer = new byte[SlowBytes];
            for (var i = 0; i < SlowReads && await stream.ReadAsync(buffer) > 0; i++)
            {
                await Task.Delay(s_slowPause);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // The server has lost its patience.
        }

        _tally.Uncounted("slow reader", request.Path, request.Generations);
    }

    private async Task CallGrpcAsync(int number)
    {
        var request = SoakRequest.CreateCall(_options.Seed, number);
        var manner = _random.Next(6);
        var (kind, generations) = manner switch { 0 => ("grpc cancelled", 1), 1 => ("grpc malformed", 0), _ => ("grpc", 1) };
        if (manner == 1)
        {
            request.MinLoops = -1;
        }

        using var leave = new CancellationTokenSource();
        var headers = new Metadata();
        if (_options.Key is { } key)
        {
            headers.Add("authorization", $"Bearer {key}");
        }

        try
        {
            var said = new StringBuilder();
            using var call = new Inference.InferenceClient(_channel).Generate(request, headers, DateTime.UtcNow + s_patience, leave.Token);
            await foreach (var response in call.ResponseStream.ReadAllAsync(leave.Token))
            {
                said.Append(response.Token is { } token ? $"{token.Id}@{token.ExitStep} " : response.Finish.Text);
                if (manner == 0)
                {
                    await leave.CancelAsync();
                }
            }

            _tally.Answered(kind, $"gRPC {number} of seed {_options.Seed}", said.ToString(), generations);
            if (manner == 1)
            {
                _tally.Problem("gRPC takes a min_loops of -1.");
            }
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException)
        {
            var code = (exception as RpcException)?.StatusCode ?? StatusCode.Cancelled;
            _tally.Uncounted(kind, $"{code}", generations);
            var isRight = manner switch { 0 => code == StatusCode.Cancelled, 1 => code == StatusCode.InvalidArgument, _ => false };
            if (!isRight && !_options.Faults && code is not (StatusCode.ResourceExhausted or StatusCode.Unavailable))
            {
                _tally.Problem($"{kind}, call {number} of seed {_options.Seed}: {exception.Message}");
            }
        }
    }
}
