using Microsoft.Extensions.Options;

namespace LoopLM.Server.Configuration;

/// <summary>Checks every model with its engine, and that no two can be requested by the same name.</summary>
internal sealed class ModelListRules(
    ModelOptionsRules modelRules, EngineOptionsRules engineRules) : IValidateOptions<ModelListOptions>
{
    private readonly ModelOptionsValidator _model = new();
    private readonly KvOptionsValidator _kv = new();
    private readonly EngineOptionsValidator _engine = new();

    public ValidateOptionsResult Validate(string? name, ModelListOptions options)
    {
        var failures = new List<string>();
        if (options.AreAmbiguous)
        {
            failures.Add($"{ModelOptions.Section}: it names a model, and so does {ModelOptions.ListSection}; use only one of them.");
        }

        foreach (var settings in options.Models)
        {
            AddTo(settings.Section, _model.Validate(null, settings.Model));
            Add(modelRules.Validate(settings.Section, settings.Model));
            AddTo(settings.KvSection, _kv.Validate(null, settings.Kv));
            AddTo(settings.EngineSection, _engine.Validate(null, settings.Engine));
            Add(engineRules.Validate(settings.EngineSection, settings.Engine));
        }

        foreach (var shared in options.Models.SelectMany(settings => Names(settings.Model))
            .GroupBy(each => each).Where(each => each.Count() > 1))
        {
            failures.Add(
                $"{ModelOptions.ListSection}: '{shared.Key}' is the name or an alias {shared.Count()} times; "
                    + $"every name must belong to one model.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures.Distinct());

        void AddTo(string section, ValidateOptionsResult result) =>
            failures.AddRange((result.Failures ?? []).Select(failure => $"{section}: {failure}"));

        void Add(ValidateOptionsResult result) => failures.AddRange(result.Failures ?? []);
    }

    private static IEnumerable<string> Names(ModelOptions model) =>
        string.IsNullOrWhiteSpace(model.Path) ? model.Aliases : [model.NameOrFolder, .. model.Aliases];
}
