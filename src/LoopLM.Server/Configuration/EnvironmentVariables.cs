using System.Collections;
using LoopLM.Server.Errors;

namespace LoopLM.Server.Configuration;

/// <summary>
/// Finds environment variables that are meant for this server and that it would not read. Those
/// of other programs are nobody's business here.
/// </summary>
internal static class EnvironmentVariables
{
    private const string OwnPrefix = "LOOPLM_";

    /// <summary>
    /// What ASP.NET Core has for addresses, which the endpoints of the configuration override; with the
    /// values that images of .NET set by themselves.
    /// </summary>
    private static readonly (string Name, string Harmless)[] s_addresses =
    [
        ("ASPNETCORE_URLS", ""), ("DOTNET_URLS", ""), ("ASPNETCORE_HTTP_PORTS", "8080"), ("DOTNET_HTTP_PORTS", "8080"),
        ("ASPNETCORE_HTTPS_PORTS", ""), ("DOTNET_HTTPS_PORTS", ""),
    ];

    /// <summary>What is wrong, one line each.</summary>
    /// <param name="variables">Names and values.</param>
    /// <param name="findMisspelt">The setting that is meant by a path whose section does not exist; null where none is.</param>
    public static IEnumerable<string> Problems(IDictionary variables, Func<string, string?> findMisspelt)
    {
        foreach (var (name, harmless) in s_addresses)
        {
            if (variables[name] is string { Length: > 0 } value && value != harmless)
            {
                yield return $"{name} is not read. Say where to listen with --host and --port, "
                    + $"or with Kestrel__Endpoints__Rest__Url and Kestrel__Endpoints__Grpc__Url.";
            }
        }

        foreach (var name in variables.Keys.Cast<string>().Order(StringComparer.Ordinal))
        {
            if (name.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase) && name != ShorthandSettings.KeyVariable)
            {
                yield return $"There is no environment variable {ClientText.Show(name)}. Settings are written like Engine__KvSlots; "
                    + $"a key like {ShorthandSettings.KeyVariable}.";
            }
            else if (name.Contains("__", StringComparison.Ordinal)
                && findMisspelt(name.Replace("__", ":", StringComparison.Ordinal)) is { } meant)
            {
                yield return $"There is no setting {ClientText.Show(name)}. "
                    + $"Did you mean {meant.Replace(":", "__", StringComparison.Ordinal)}?";
            }
        }
    }
}
