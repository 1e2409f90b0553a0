using System.Net;
using System.Net.Sockets;
using LoopLM.Engine.Requests;

namespace LoopLM.Server.Access;

/// <summary>Whom the current request comes from, as the queues of the engines tell clients apart: by keys, or without keys by addresses.</summary>
internal sealed class RequestClients(IHttpContextAccessor http)
{
    /// <summary>The client of the current request; <see cref="RequestClient.Local"/> outside of one.</summary>
    public RequestClient Current => http.HttpContext is not { } context || context.Features.Get<Client>() is not { } client ? RequestClient.Local
        : client.Weight is { } weight ? new RequestClient(client.Name, Weight: weight)
        : new RequestClient(client.Name, Network(context.Connection.RemoteIpAddress));

    /// <summary>The address, or of IPv6 the first 64 bits: whoever has one such address has all that share them.</summary>
    internal static string? Network(IPAddress? address)
    {
        if (address is not { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
        {
            return address?.MapToIPv4().ToString();
        }

        const int prefix = 64;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[(prefix / 8)..].Clear();
        return $"{new IPAddress(bytes)}/{prefix}";
    }
}
