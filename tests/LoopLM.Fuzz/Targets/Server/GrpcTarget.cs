using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using LoopLM.Fuzz.Fuzzing;

namespace LoopLM.Fuzz.Targets.Server;

/// <summary>
/// Frames of gRPC calls. Each call ends with a status that says whose fault it is, never with one that stands for a
/// bug; and the connection goes on. The five bytes before the message, a flag and its length, are put right unless
/// the flag is above 1: most mutations would end there.
/// </summary>
internal sealed class GrpcTarget : FuzzTarget
{
    private const int PrefixBytes = 5;

    private readonly FuzzServer _server = new("h\u00e9llo, w\u00f6rld");

    /// <inheritdoc/>
    public override string Name => "grpc";

    /// <inheritdoc/>
    public override bool WorksElsewhere => true;

    /// <inheritdoc/>
    public override int MaxInputBytes => 1 << 10;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Dictionary { get; } =
        ["\u0012\u0003abc", "\u0020\u0005", "\u001a\u0004\n\u0002ab", "\u0052\u0001l",
            "\u005a\u0003act", "\u0070\u0001", "\u0058\u0001", "\u0008", "\u0010", "\u0078\u0001"];

    /// <inheritdoc/>
    public override bool Check(byte[] input)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/looplm.v1.Inference/Generate")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(WithLength(input)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new("trailers"));
        using var response = _server.Grpc.SendAsync(request).GetAwaiter().GetResult();
        _ = response.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult();
        var status = response.TrailingHeaders.Concat(response.Headers).FirstOrDefault(header => header.Key == "grpc-status").Value?.First();
        var code = int.TryParse(status, out var number) ? (StatusCode)number : (StatusCode?)null;
        FuzzException.Require(code is StatusCode.OK or StatusCode.InvalidArgument
            or StatusCode.NotFound or StatusCode.ResourceExhausted or StatusCode.Unimplemented,
            "a call ends with a status that is the caller's",
            $"{(int)response.StatusCode}, {code?.ToString() ?? "no status"}: {response.TrailingHeaders.Concat(response.Headers).FirstOrDefault(header => header.Key == "grpc-message").Value?.First()}");
        FuzzException.Require(_server.GrpcConnections == 1, "the connection goes on", $"{_server.GrpcConnections} connections");
        return code == StatusCode.OK;
    }

    /// <inheritdoc/>
    public override void CheckAtRest() => _server.CheckEmpty();

    /// <inheritdoc/>
    public override void Dispose()
    {
        _server.Dispose();
        base.Dispose();
    }

    private static byte[] WithLength(byte[] input)
    {
        if (input.Length < PrefixBytes || input[0] > 1)
        {
            return input;
        }

        var length = input.Length - PrefixBytes;
        return [0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. input[PrefixBytes..]];
    }
}
