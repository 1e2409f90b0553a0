using System.Net;
using System.Net.Sockets;
using LoopLM.Engine.Requests;
using LoopLM.Server.Access;

namespace LoopLM.Server.Transport;

/// <summary>Tells whom an HTTP request comes from: whoever has its key, or without keys whoever has its address.</summary>
internal static class HttpCallers
{
    /// <summary>Whom a request comes from; <see cref="Caller.Local"/> where nobody was authenticated.</summary>
    public static Caller Caller(this HttpContext context) => context.Features.Get<Client>() is not { } client ? Access.Caller.Local
        : client.Weight is { } weight ? new Caller(new RequestClient(client.Name, Weight: weight), client)
        : new Caller(new RequestClient(client.Name, Network(context.Connection.RemoteIpAddress)), client);

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
