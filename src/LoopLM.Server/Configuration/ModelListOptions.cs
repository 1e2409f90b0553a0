using LoopLM.Engine.Configuration;
using LoopLM.Server.Errors;

namespace LoopLM.Server.Configuration;

/// <summary>All models that are served, the default first.</summary>
internal sealed class ModelListOptions
{
    /// <summary>The bundled model that is the default where it exists.</summary>
    private const string DefaultBundled = "stories";

    /// <summary>The models, at least one.</summary>
    public IReadOnlyList<ModelSettings> Models { get; private set; } = [];

    /// <summary>Whether both <c>Models</c> and a model of section <c>Model</c> are given.</summary>
    public bool AreAmbiguous { get; private set; }

    /// <summary>
    /// Reads the list <c>Models</c>; without it the one model of section <c>Model</c>; and where that names none the bundled ones.
    /// </summary>
    /// <exception cref="InvalidOperationException">A value cannot be read.</exception>
    public void Read(IConfiguration configuration)
    {
        var list = configuration.GetSection(ModelOptions.ListSection).GetChildren().ToList();
        var single = Bind(configuration, configuration.GetSection(ModelOptions.Section));
        var isNamed = single.Model is { Path: not null } or { Name: not null } or { Aliases.Count: > 0 };
        AreAmbiguous = isNamed && list.Count > 0;
        if (list.Count > 0)
        {
            Models = [.. list.Select(entry => Bind(configuration, entry))];
        }
        else
        {
            var folders = BundledFolders().ToList();
            Models = isNamed || folders.Count == 0
                ? [At(configuration, single.Model.Path ?? folders.FirstOrDefault())]
                : [.. folders.Select(folder => At(configuration, folder))];
        }
    }

    private static ModelSettings Bind(IConfiguration configuration, IConfigurationSection section)
    {
        var model = new ModelOptions();
        configuration.GetSection(ModelOptions.Section).Bind(model);
        if (section.Path != ModelOptions.Section)
        {
            section.Bind(model);
        }

        var (kvSection, kv) = Own<KvOptions>(KvOptions.Section);
        var (engineSection, engine) = Own<EngineOptions>(EngineOptionsRules.Section);
        return new ModelSettings(ClientText.Show(section.Path), model, kvSection, kv, engineSection, engine);

        // What the model's own section leaves open comes from the one for all.
        (string Section, T Options) Own<T>(string name) where T : new()
        {
            var options = new T();
            configuration.GetSection(name).Bind(options);
            if (section.Path == ModelOptions.Section)
            {
                return (name, options);
            }

            var own = section.GetSection(name);
            own.Bind(options);
            return (own.Exists() ? ClientText.Show(own.Path) : name, options);
        }
    }

    private static ModelSettings At(IConfiguration configuration, string? folder)
    {
        var settings = Bind(configuration, configuration.GetSection(ModelOptions.Section));
        settings.Model.Path = folder;
        return settings;
    }

    private static IEnumerable<string> BundledFolders()
    {
        var root = Path.Combine(AppContext.BaseDirectory, "models");
        return !Directory.Exists(root) ? [] : Directory.EnumerateDirectories(root)
            .Where(folder => File.Exists(Path.Combine(folder, "config.json")))
            .OrderBy(folder => Path.GetFileName(folder) != DefaultBundled)
            .ThenBy(folder => folder, StringComparer.Ordinal);
    }
}
