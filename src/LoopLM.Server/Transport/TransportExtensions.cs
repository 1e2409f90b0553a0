using System.Net;
using System.Net.Sockets;
using LoopLM.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Transport;

/// <summary>How connections, bodies and answers travel, and what they may hold.</summary>
internal static class TransportExtensions
{
    /// <summary>Bytes of requests that wait in a connection to be read; the headers of one must fit.</summary>
    private const int RequestBufferBytes = 64 << 10;

    /// <summary>Bytes of an answer that wait in a connection for its client; of HTTP/2 for each stream.</summary>
    private const int ResponseBufferBytes = 32 << 10;

    /// <summary>Bytes of bodies that HTTP/2 clients may send ahead of what is read, in a stream and in a connection.</summary>
    private const int StreamWindowBytes = 128 << 10;
    private const int ConnectionWindowBytes = 256 << 10;

    private const int MaxStreamsPerConnection = 100;

    public static IServiceCollection AddTransport(this IServiceCollection services, LimitOptions limits)
    {
        services.AddSingleton<TransferLimits>().AddSingleton<ConnectionLimit>().AddHostedService<MemoryTrim>();
        services.AddSingleton<ServerCertificate>();
        services.AddOptions<KestrelServerOptions>()
            .Configure<ConnectionLimit, IOptions<TlsOptions>, ServerCertificate>((kestrel, connections, tls, certificate) =>
            {
                Configure(kestrel.Limits, limits);
                kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(connections.Admit));
                if (tls.Value.Certificate is { Length: > 0 })
                {
                    kestrel.ConfigureHttpsDefaults(https => Configure(https, certificate, limits));
                }
            });
        return services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.MaxReadBufferSize = RequestBufferBytes;
            sockets.MaxWriteBufferSize = ResponseBufferBytes;
            sockets.CreateBoundListenSocket = Listen;
        });
    }

    private static void Configure(KestrelServerLimits kestrel, LimitOptions limits)
    {
        kestrel.MaxRequestBodySize = limits.MaxBodyBytes;
        kestrel.MaxRequestBufferSize = RequestBufferBytes;
        kestrel.MaxResponseBufferSize = ResponseBufferBytes;
        kestrel.KeepAliveTimeout = limits.KeepAliveTimeout;
        kestrel.RequestHeadersTimeout = limits.RequestHeadersTimeout;
        kestrel.MinRequestBodyDataRate = kestrel.MinResponseDataRate = new(limits.MinDataRate, limits.DataRateGracePeriod);
        kestrel.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        kestrel.Http2.InitialStreamWindowSize = StreamWindowBytes;
        kestrel.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        kestrel.Http2.KeepAlivePingDelay = limits.KeepAliveTimeout;
        kestrel.Http2.KeepAlivePingTimeout = limits.RequestHeadersTimeout;
    }

    /// <summary>The selector alone would leave out what signed the certificate.</summary>
    private static void Configure(HttpsConnectionAdapterOptions https, ServerCertificate certificate, LimitOptions limits)
    {
        https.HandshakeTimeout = limits.RequestHeadersTimeout;
        https.ServerCertificateSelector = (_, _) => certificate.Current.TargetCertificate;
        https.OnAuthenticate = (_, tls) =>
            (tls.ServerCertificateContext, tls.ServerCertificateSelectionCallback) = (certificate.Current, null);
    }

    /// <summary>
    /// Bounds what Linux takes of an answer ahead of its client. It would take up to 4 MiB for each connection, and only once a third of
    /// that has been read say that there is room again, which looks like a client that has stopped.
    /// </summary>
    private static Socket Listen(EndPoint endpoint)
    {
        const int tcp = 6;
        const int notSentLowWater = 25;
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (OperatingSystem.IsLinux() && endpoint is IPEndPoint)
        {
            socket.SetRawSocketOption(tcp, notSentLowWater, BitConverter.GetBytes(128 << 10));
        }

        return socket;
    }
}
