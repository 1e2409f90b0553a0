using LoopLM.Models;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Configuration;

/// <summary>
/// The rules of <see cref="ModelOptions"/> that depend on the machine and on how the server was
/// built. Options go by the name of their section.
/// </summary>
internal sealed class ModelOptionsRules(ModelRunners runners) : IValidateOptions<ModelOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        if (options.Path is null)
        {
            failures.AddError(
                "it is missing and no model is bundled; it must be the folder of a checkpoint.", $"{name}:{nameof(ModelOptions.Path)}");
        }
        else if (string.IsNullOrWhiteSpace(options.Path))
        {
            failures.AddError("it is empty; it must be the folder of a checkpoint.", $"{name}:{nameof(ModelOptions.Path)}");
        }
        else if (!Directory.Exists(options.Path))
        {
            var folder = Path.GetFullPath(options.Path);
            failures.AddError(
                File.Exists(folder) ? $"'{folder}' is a file; it must be the folder of a checkpoint." : $"there is no folder '{folder}'.",
                $"{name}:{nameof(ModelOptions.Path)}");
        }

        if (options.Aliases.Any(alias => alias is not { Length: >= 1 and <= ModelOptions.MaxNameLength }))
        {
            failures.AddError(
                $"an alias must have 1 to {ModelOptions.MaxNameLength} characters.", $"{name}:{nameof(ModelOptions.Aliases)}");
        }

        if (options.Runner is { } runner && !runners.Names.Contains(runner))
        {
            failures.AddError($"'{runner}' is not one of {string.Join(", ", runners.Names)}.", $"{name}:{nameof(ModelOptions.Runner)}");
        }

        return failures.Build();
    }
}
