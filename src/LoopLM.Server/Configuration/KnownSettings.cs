using LoopLM.Engine.Configuration;
using LoopLM.Server.Errors;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration.Json;

namespace LoopLM.Server.Configuration;

/// <summary>All settings there are, and what is wrong with those that are given: unknown names and unreadable values.</summary>
internal sealed class KnownSettings
{
    private static readonly SettingShape.Group s_kv = SettingShape.Of(typeof(KvOptions));
    private static readonly SettingShape.Group s_engine = SettingShape.Of(typeof(EngineOptions));

    /// <summary>The sections that are the server's own: nobody else sets an environment variable under them.</summary>
    private static readonly SettingShape.Group s_own = SettingShape.Named(
        (ModelOptions.Section, SettingShape.Of(typeof(ModelOptions))),
        (ModelOptions.ListSection, new SettingShape.ListOf(
            SettingShape.Of(typeof(ModelOptions), (KvOptions.Section, s_kv), (EngineOptionsRules.Section, s_engine)))),
        (KvOptions.Section, s_kv),
        (EngineOptionsRules.Section, s_engine),
        (LimitOptions.Section, SettingShape.Of(typeof(LimitOptions))),
        (TlsOptions.Section, SettingShape.Of(typeof(TlsOptions))),
        (AuthOptions.Section, SettingShape.Of(typeof(AuthOptions))),
        (RateLimitOptions.Section, SettingShape.Of(typeof(RateLimitOptions))),
        (CrossOriginOptions.Section, SettingShape.Of(typeof(CrossOriginOptions))),
        (PlaygroundOptions.Section, SettingShape.Of(typeof(PlaygroundOptions))),
        (LogOptions.Section, SettingShape.Of(typeof(LogOptions))),
        ("Kestrel", SettingShape.Named(
            ("Endpoints", new SettingShape.MapOf(SettingShape.Named(
                ("Url", new SettingShape.Value(typeof(BindingAddress))),
                ("Protocols", new SettingShape.Value(typeof(HttpProtocols))),
                ("SslProtocols", new SettingShape.Anything()),
                ("ClientCertificateMode", new SettingShape.Anything()),
                ("Certificate", new SettingShape.Anything()),
                ("Sni", new SettingShape.Anything())))),
            ("EndpointDefaults", new SettingShape.Anything()),
            ("Certificates", new SettingShape.Anything()))));

    /// <summary>Those of the libraries, which check them themselves.</summary>
    private static readonly string[] s_others = ["AllowedHosts", "Serilog", "Environment"];

    /// <summary>What other servers call settings that have another name here.</summary>
    private static readonly (string Name, string Path)[] s_namesElsewhere =
    [
        ("max-model-len", "Model:ContextLength"), ("ctx-size", "Model:ContextLength"), ("context-length", "Model:ContextLength"),
        ("served-model-name", "Model:Name"), ("alias", "Model:Aliases:0"), ("model-path", "--model"), ("dtype", "Model:Weights"),
        ("quantization", "Model:Weights"), ("tool-call-parser", "Model:ToolCallFormat"),
        ("default-chat-template-kwargs", "Model:ChatTemplateKwargs"),
        ("max-num-seqs", "Engine:MaxSequences"), ("parallel", "Engine:MaxSequences"), ("max-running-requests", "Engine:MaxSequences"),
        ("max-num-batched-tokens", "Engine:MaxRows"), ("batch-size", "Engine:MaxRows"), ("chunked-prefill-size", "Engine:PrefillChunk"),
        ("max-logprobs", "Limits:MaxLogprobs"), ("allowed-origins", "Cors:Origins:0"), ("urls", "--host and --port"),
    ];

    private readonly List<string> _problems = [];
    private readonly Dictionary<string, string?> _repairs = [];

    private KnownSettings()
    {
    }

    /// <summary>What is wrong, one line each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The defaults of the settings whose values cannot be read, so that the others can be checked as well.</summary>
    public IReadOnlyDictionary<string, string?> Repairs => _repairs;

    /// <summary>Checks the names of a command line and of the files, and all settings under the server's own sections.</summary>
    public static KnownSettings Check(IConfigurationRoot configuration, CommandLine line)
    {
        var check = new KnownSettings();
        var inFiles = configuration.Providers.OfType<JsonConfigurationProvider>().SelectMany(file => file.GetChildKeys([], null));
        foreach (var name in inFiles.Concat(line.Settings.Select(setting => setting.Key)).Where(name => !IsSection(name)).Distinct())
        {
            var shorthands = name.Contains(':', StringComparison.Ordinal) ? [] : CommandLine.Shorthands.Select(each => (each, $"--{each}"));
            check.ReportUnknown(name, shorthands.Concat(s_others.Select(each => (each, each))).Concat(s_namesElsewhere));
        }

        foreach (var (name, _) in line.Settings.Where(setting => s_own.Members.ContainsKey(setting.Key)))
        {
            var member = Names(s_own.Members[name]).FirstOrDefault("0");
            check._problems.Add($"{name} is a section of settings, such as --{name}:{member}; it has no value itself.");
        }

        foreach (var (name, shape) in s_own.Members)
        {
            check.CheckChildren(configuration.GetSection(name), shape);
        }

        check._problems.AddRange(EnvironmentVariables.Problems(Environment.GetEnvironmentVariables(), FindMisspelt));
        return check;
    }

    /// <summary>
    /// The setting that is meant by a path whose section is nearly one: only where that has the next
    /// name, since other programs have names as near.
    /// </summary>
    private static string? FindMisspelt(string path)
    {
        var names = path.Split(':');
        return !IsSection(path)
            && SettingNames.FindNearest(names[0], s_own.Members.Keys.Select(section => (section, section))) is { } section
            && (s_own.Members[section] is SettingShape.ListOf
                ? int.TryParse(names[1], out _)
                : Names(s_own.Members[section]).Contains(names[1], StringComparer.OrdinalIgnoreCase))
            ? string.Join(':', names[1..].Prepend(section))
            : null;
    }

    private static bool IsSection(string name)
    {
        var section = name.Split(':')[0];
        return s_own.Members.ContainsKey(section) || s_others.Contains(section, StringComparer.OrdinalIgnoreCase);
    }

    private void CheckChildren(IConfigurationSection section, SettingShape shape)
    {
        foreach (var child in section.GetChildren())
        {
            var next = shape switch
            {
                SettingShape.Group group => group.Members.GetValueOrDefault(child.Key),
                SettingShape.ListOf list => list.Element,
                SettingShape.MapOf map => map.Element,
                _ => null,
            };
            if (next is null || (shape is SettingShape.ListOf && !int.TryParse(child.Key, out _)))
            {
                ReportUnknown(child.Path, Near($"{section.Path}:", shape));
            }

            // Elements of lists are bound whatever their names.
            switch (next)
            {
                case null:
                    break;
                case SettingShape.Value value:
                    CheckValue(child, value);
                    break;
                case not SettingShape.Anything:
                    CheckChildren(child, next);
                    break;
            }
        }
    }

    private void CheckValue(IConfigurationSection setting, SettingShape.Value shape)
    {
        if (shape.Type == typeof(BindingAddress))
        {
            CheckAddress(setting);
        }
        else if (setting.Value is { } text && SettingValues.FindProblem(shape, text) is { } problem)
        {
            _problems.Add($"{ClientText.Show(setting.Path)} {problem}");
            _repairs[setting.Path] = SettingValues.DefaultOf(shape);
        }

        foreach (var child in setting.GetChildren())
        {
            ReportUnknown(child.Path, []);
            if (setting.Value is null)
            {
                // A value that has only settings below it cannot be bound.
                _repairs[setting.Path] = SettingValues.DefaultOf(shape);
            }
        }
    }

    private void CheckAddress(IConfigurationSection setting)
    {
        if (!ShorthandSettings.TryParse(setting.Value, out _))
        {
            var found = ClientText.Show(setting.Value ?? "");
            _problems.Add(
                $"{ClientText.Show(setting.Path)} is '{found}'; it must be scheme, host and port, such as http://localhost:8080.");
        }
    }

    private void ReportUnknown(string path, IEnumerable<(string Name, string Path)> near)
    {
        var meant = SettingNames.FindNearest(path[(path.LastIndexOf(':') + 1)..], near.Concat(Near("", s_own)));
        var hint = meant is null ? "docs/configuration.md lists all of them." : $"Did you mean {ClientText.Show(meant)}?";
        _problems.Add($"There is no setting {ClientText.Show(path)}. {hint}");
    }

    /// <summary>The names of a group and of the groups in it, with their paths.</summary>
    private static IEnumerable<(string Name, string Path)> Near(string parent, SettingShape shape) =>
        from name in Names(shape)
        from near in Names(((SettingShape.Group)shape).Members[name]).Select(inner => (inner, $"{name}:{inner}")).Prepend((name, name))
        select (near.Item1, parent + near.Item2);

    private static IEnumerable<string> Names(SettingShape shape) => shape is SettingShape.Group group ? group.Members.Keys : [];
}
