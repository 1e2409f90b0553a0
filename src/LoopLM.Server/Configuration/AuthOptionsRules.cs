using Microsoft.Extensions.Options;

namespace LoopLM.Server.Configuration;

/// <summary>The rules between several of the <see cref="AuthOptions"/>.</summary>
internal sealed class AuthOptionsRules : IValidateOptions<AuthOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        foreach (var shared in options.Keys.GroupBy(key => key.Name).Where(each => each.Count() > 1))
        {
            failures.AddError($"{shared.Count()} keys have the name '{shared.Key}'; names must differ.",
                $"{AuthOptions.Section}:{nameof(AuthOptions.Keys)}");
        }

        foreach (var shared in options.Keys.GroupBy(key => key.Sha256.ToUpperInvariant()).Where(each => each.Count() > 1))
        {
            failures.AddError($"{string.Join(" and ", shared.Select(key => key.Name))} have the same Sha256; keys must differ.",
                $"{AuthOptions.Section}:{nameof(AuthOptions.Keys)}");
        }

        return failures.Build();
    }
}
