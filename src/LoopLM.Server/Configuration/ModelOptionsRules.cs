using LoopLM.Server.Hosting;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Configuration;

/// <summary>The rules of <see cref="ModelOptions"/> that depend on the machine and on how the server was built.</summary>
internal sealed class ModelOptionsRules(Runners runners) : IValidateOptions<ModelOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        if (options.Path is { } path && !Directory.Exists(path))
        {
            failures.AddError($"there is no folder '{Path.GetFullPath(path)}'.", $"{ModelOptions.Section}:{nameof(ModelOptions.Path)}");
        }

        if (options.Runner is { } runner && !runners.Names.Contains(runner))
        {
            failures.AddError($"'{runner}' is not one of {string.Join(", ", runners.Names)}.", $"{ModelOptions.Section}:{nameof(ModelOptions.Runner)}");
        }

        return failures.Build();
    }
}
