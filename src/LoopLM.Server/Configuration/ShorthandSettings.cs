using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using LoopLM.Server.Errors;

namespace LoopLM.Server.Configuration;

/// <summary>Turns shorthands into settings. They change what the other settings say: a port alone leaves the host as it is.</summary>
internal static class ShorthandSettings
{
    /// <summary>The environment variable that holds a key, as <c>--api-key</c> does, where no list of processes shows it.</summary>
    public const string KeyVariable = "LOOPLM_API_KEY";

    private const string Rest = "Kestrel:Endpoints:Rest:Url";
    private const string Grpc = "Kestrel:Endpoints:Grpc:Url";
    private const int MaxPort = 65535;

    /// <summary>The settings of a command line's shorthands.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="configuration">The other settings.</param>
    /// <param name="problems">Where what is wrong goes.</param>
    public static Dictionary<string, string?> Read(CommandLine line, IConfiguration configuration, List<string> problems)
    {
        var settings = new Dictionary<string, string?>();
        ReadAddress(line, configuration, settings, problems);
        ReadKeys(line, configuration, settings, problems);
        return settings;
    }

    /// <summary>Reads an address to listen on.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out BindingAddress? address)
    {
        try
        {
            address = BindingAddress.Parse(text ?? "");
            return true;
        }
        catch (FormatException)
        {
            address = null;
            return false;
        }
    }

    private static void ReadAddress(
        CommandLine line, IConfiguration configuration, Dictionary<string, string?> settings, List<string> problems)
    {
        var host = ReadHost(line.Host, problems);
        var port = ReadPort("--port", line.Port, problems);
        var grpcPort = ReadPort("--grpc-port", line.GrpcPort, problems);
        if (grpcPort is null && port == MaxPort)
        {
            problems.Add($"--port is {MaxPort}, and gRPC listens on the next port unless --grpc-port says another. Give --grpc-port.");
            return;
        }

        Change(Rest, host, port);
        Change(Grpc, host, grpcPort ?? (port > 0 ? port + 1 : port));

        void Change(string name, string? toHost, int? toPort)
        {
            if (toHost is null && toPort is null)
            {
                return;
            }

            if (line.Settings.Any(setting => setting.Key.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                problems.Add($"--{name} says where to listen, and so do --host, --port or --grpc-port; use only one of them.");
                return;
            }

            // One that cannot be read is reported where all settings are checked.
            if (TryParse(configuration[name], out var before))
            {
                settings[name] = $"{before.Scheme}://{toHost ?? before.Host}:{toPort ?? before.Port}";
            }
        }
    }

    private static string? ReadHost(string? host, List<string> problems)
    {
        if (host is null or "*" or "localhost")
        {
            return host;
        }

        if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
        {
            return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}";
        }

        problems.Add($"--host is '{ClientText.Show(host)}'; it must be localhost, an IP address of this machine, or * for all of them.");
        return null;
    }

    private static int? ReadPort(string name, string? port, List<string> problems)
    {
        if (port is null)
        {
            return null;
        }

        if (int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= MaxPort)
        {
            return number;
        }

        problems.Add($"{name} is '{ClientText.Show(port)}'; it must be a port from 1 to {MaxPort}, or 0 for any that is free.");
        return null;
    }

    private static void ReadKeys(
        CommandLine line, IConfiguration configuration, Dictionary<string, string?> settings, List<string> problems)
    {
        var keys = line.ApiKeys.Select(key => ("--api-key", Key: key)).ToList();
        if (configuration[KeyVariable] is { } fromEnvironment)
        {
            keys.Add((KeyVariable, fromEnvironment));
        }

        const string section = $"{AuthOptions.Section}:{nameof(AuthOptions.Keys)}";
        var index = configuration.GetSection(section).GetChildren()
            .Select(child => int.TryParse(child.Key, out var number) ? number + 1 : 0)
            .DefaultIfEmpty(0)
            .Max();
        foreach (var ((from, key), i) in keys.DistinctBy(each => each.Key).Select((each, i) => (each, i)))
        {
            if (key.Length is 0 or > ApiKeyOptions.MaxLength || !key.All(c => c is > ' ' and <= '~'))
            {
                problems.Add($"{from} must have 1 to {ApiKeyOptions.MaxLength} visible ASCII characters, without spaces.");
                continue;
            }

            settings[$"{section}:{index + i}:{nameof(ApiKeyOptions.Name)}"] = i == 0 ? "api-key" : $"api-key-{i + 1}";
            settings[$"{section}:{index + i}:{nameof(ApiKeyOptions.Sha256)}"] = Convert.ToHexStringLower(ApiKeyOptions.Hash(key));
        }
    }
}
