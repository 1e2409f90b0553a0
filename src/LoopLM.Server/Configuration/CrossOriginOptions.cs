using Microsoft.Extensions.Options;

namespace LoopLM.Server.Configuration;

/// <summary>Section <c>Cors</c>: which pages of other origins may use the server from a browser.</summary>
internal sealed class CrossOriginOptions : IValidateOptions<CrossOriginOptions>
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Cors";

    /// <summary>The origins, such as <c>https://chat.example.org</c>. None turns it off.</summary>
    public IList<string> Origins { get; init; } = [];

    public ValidateOptionsResult Validate(string? name, CrossOriginOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        foreach (var origin in options.Origins.Where(origin => !IsOrigin(origin)))
        {
            failures.AddError(
                $"'{origin}' is not an origin; it must be scheme, host and port, "
                    + "such as https://chat.example.org or http://localhost:3000.",
                $"{Section}:{nameof(Origins)}");
        }

        return failures.Build();
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri.GetLeftPart(UriPartial.Authority) == text;
}
