using System.Text;
using LoopLM.Fuzz.Fuzzing;
using LoopLM.Server.Configuration;
using Microsoft.Extensions.Configuration;

namespace LoopLM.Fuzz.Targets.Server;

/// <summary>
/// Command lines, an argument on each line. What is wrong with one is said on one line each, and what is read can be bound to the options.
/// </summary>
internal sealed class SettingsTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "settings";

    /// <inheritdoc/>
    public override int MaxInputBytes => 1 << 10;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Dictionary { get; } =
    [
        "--model", "--host", "--port", "--grpc-port", "--api-key", "--help", "--Model:Path=", "--Models:0:Path=",
        "--Models:0:Engine:MaxRows=", "--Engine:MaxSequences=", "--Engine:KvSlots=", "--Kv:Type=",
        "--Limits:MaxBodyBytes=", "--Limits:DrainTimeout=", "--Limits:SchemaTimeout=",
        "--Auth:Keys:0:Name=", "--Auth:Keys:0:Sha256=", "--RateLimits:RequestsPerMinute=", "--Cors:Origins:0=",
        "--Kestrel:Endpoints:Rest:Url=", "--Kestrel:Endpoints:Grpc:Url=http://*:0", "--Model:Aliases:0=",
        "--Model:ChatTemplateKwargs:a=", "00:00:01", "http://[::1]:80", "true", "auto", ":", "::", "=",
    ];

    /// <inheritdoc/>
    public override bool Check(byte[] input)
    {
        var line = new CommandLine(Encoding.UTF8.GetString(input).Split('\n'));
        using var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(
            line.Settings.GroupBy(setting => setting.Key, StringComparer.OrdinalIgnoreCase)
                .Select(group => new KeyValuePair<string, string?>(group.Key, group.Last().Value)));
        List<string> problems = [.. line.Problems];
        var known = KnownSettings.Check(configuration, line);
        problems.AddRange(known.Problems);
        configuration.AddInMemoryCollection(known.Repairs);
        configuration.AddInMemoryCollection(ShorthandSettings.Read(line, configuration, problems));

        _ = configuration.GetSection(LimitOptions.Section).Get<LimitOptions>();
        _ = configuration.GetSection(AuthOptions.Section).Get<AuthOptions>();
        _ = configuration.GetSection(RateLimitOptions.Section).Get<RateLimitOptions>();
        _ = configuration.GetSection(CrossOriginOptions.Section).Get<CrossOriginOptions>();
        new ModelListOptions().Read(configuration);
        if (problems.Count > 0)
        {
            Messages.Check(problems);
        }

        return problems.Count == 0;
    }
}
