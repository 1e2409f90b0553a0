using System.Net;
using LoopLM.Server.Configuration;
using LoopLM.Server.Telemetry;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Transport;

/// <summary>Closes connections beyond the limits before anything is read from them. Safe from any thread.</summary>
internal sealed partial class ConnectionLimit
{
    /// <summary>Connections at once where no setting says it: even if each holds its free shares, memory stays bounded.</summary>
    private const int DefaultMost = 4096;

    /// <summary>Below so many connections a server is hardly one.</summary>
    private const int Few = 256;

    private readonly int _most;
    private readonly int _mostPerAddress;
    private readonly LogPause _pause;
    private readonly ILogger _logger;
    private readonly Dictionary<IPAddress, int> _byAddress = [];
    private readonly Lock _lock = new();
    private int _open;

    public ConnectionLimit(IOptions<LimitOptions> limits, TimeProvider time, ILogger<ConnectionLimit> logger)
        : this(limits.Value, FileDescriptors.Limit, FileDescriptors.Open, time, logger)
    {
    }

    /// <summary>Takes the limits, and warns where the system's own leaves no room for them.</summary>
    internal ConnectionLimit(LimitOptions limits, int? descriptors, int open, TimeProvider time, ILogger<ConnectionLimit> logger)
    {
        var room = descriptors is { } limit ? FileDescriptors.Connections(limit, open) : int.MaxValue;
        var asked = limits.MaxConnections ?? DefaultMost;

        // Where the descriptors run out, Kestrel tries to accept the next connection again and again, which takes a core.
        _most = Math.Min(asked, room);
        _mostPerAddress = limits.MaxConnectionsPerAddress ?? _most;
        _pause = new LogPause(time);
        _logger = logger;
        if (room < (limits.MaxConnections ?? Few))
        {
            FewDescriptors(descriptors!.Value, room, FileDescriptors.Needed(asked, open));
        }
    }

    /// <summary>Lets a connection through to the next delegate, or ends it.</summary>
    public ConnectionDelegate Admit(ConnectionDelegate next) => async connection =>
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (!TryEnter(address, out var limit))
        {
            if (_pause.TryEnd())
            {
                ConnectionRefused(limit);
            }

            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(address);
        }
    };

    private bool TryEnter(IPAddress? address, out string limit)
    {
        lock (_lock)
        {
            var ofAddress = address is null ? 0 : _byAddress.GetValueOrDefault(address);
            if (_open >= _most || ofAddress >= _mostPerAddress)
            {
                limit = _open >= _most
                    ? $"Limits:MaxConnections, {_most}"
                    : $"Limits:MaxConnectionsPerAddress, {_mostPerAddress}";
                return false;
            }

            _open++;
            if (address is not null)
            {
                _byAddress[address] = ofAddress + 1;
            }

            limit = "";
            return true;
        }
    }

    private void Leave(IPAddress? address)
    {
        lock (_lock)
        {
            _open--;
            if (address is not null && --System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(_byAddress, address) == 0)
            {
                _byAddress.Remove(address);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Connections are refused: as many are open as may be ({Limit})")]
    private partial void ConnectionRefused(string limit);

    [LoggerMessage(2, LogLevel.Warning,
        "The process may have {Limit} files and sockets open, which leaves room for {Connections} connections. "
        + "Raise the limit to {Needed}: "
        + "ulimit -n, LimitNOFILE of systemd, or --ulimit nofile of docker")]
    private partial void FewDescriptors(int limit, int connections, int needed);
}
