using LoopLM.Server.Errors;

namespace LoopLM.Server.Configuration;

/// <summary>What a command line requests: settings by their full names, shorthands, help, the version or a server's health.</summary>
internal sealed class CommandLine
{
    private readonly List<KeyValuePair<string, string>> _settings = [];
    private readonly List<string> _apiKeys = [];
    private readonly List<string> _problems = [];
    private readonly HashSet<string> _given = [];

    /// <summary>Reads a command line; what is wrong with it is left in <see cref="Problems"/>.</summary>
    /// <param name="arguments">Each <c>--name=value</c>, or <c>--name</c> with the value as the next.</param>
    public CommandLine(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument is "-h" or "-?" or "--help")
            {
                AsksForHelp = true;
            }
            else if (argument == "--version")
            {
                AsksForVersion = true;
            }
            else if (argument == "--health")
            {
                AsksForHealth = true;
            }
            else if (!argument.StartsWith("--", StringComparison.Ordinal) || argument.Length == 2)
            {
                _problems.Add($"'{ClientText.Show(argument)}' is not an option; options are written --name value or --name=value.");
            }
            else if (argument.IndexOf('=', StringComparison.Ordinal) is >= 0 and var equals)
            {
                Take(argument[2..equals], argument[(equals + 1)..]);
            }
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                Take(argument[2..], arguments[++i]);
            }
            else
            {
                _problems.Add($"{ClientText.Show(argument)} has no value.");
            }
        }
    }

    /// <summary>The shorthands, without their dashes.</summary>
    public static IReadOnlyList<string> Shorthands { get; } =
        ["model", "host", "port", "grpc-port", "api-key", "ssl-certfile", "ssl-keyfile"];

    /// <summary>Settings with their values; the last of a name wins.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings => _settings;

    /// <summary>The keys that clients may use, in clear; empty where the command line gives none.</summary>
    public IReadOnlyList<string> ApiKeys => _apiKeys;

    /// <summary>The address to listen on; null where it is not given.</summary>
    public string? Host { get; private set; }

    /// <summary>The port of REST; null where it is not given.</summary>
    public string? Port { get; private set; }

    /// <summary>The port of gRPC; null where it is not given.</summary>
    public string? GrpcPort { get; private set; }

    /// <summary>Whether it asks what may be asked.</summary>
    public bool AsksForHelp { get; private set; }

    /// <summary>Whether it requests the version.</summary>
    public bool AsksForVersion { get; private set; }

    /// <summary>Whether it asks if a server with the same settings is ready.</summary>
    public bool AsksForHealth { get; private set; }

    /// <summary>What is wrong with it, one line each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    private void Take(string name, string value)
    {
        var shorthand = Shorthands.FirstOrDefault(each => each.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (shorthand is not (null or "api-key") && !_given.Add(shorthand))
        {
            _problems.Add($"--{shorthand} is given twice; give it once.");
        }

        switch (name.ToUpperInvariant())
        {
            case "MODEL":
                _settings.Add(new($"{ModelOptions.Section}:{nameof(ModelOptions.Path)}", value));
                break;
            case "HOST":
                Host = value;
                break;
            case "PORT":
                Port = value;
                break;
            case "GRPC-PORT":
                GrpcPort = value;
                break;
            case "SSL-CERTFILE":
                _settings.Add(new($"{TlsOptions.Section}:{nameof(TlsOptions.Certificate)}", value));
                break;
            case "SSL-KEYFILE":
                _settings.Add(new($"{TlsOptions.Section}:{nameof(TlsOptions.Key)}", value));
                break;
            case "API-KEY":
                _apiKeys.Add(value);
                break;
            default:
                _settings.Add(new(name, value));
                break;
        }
    }
}
