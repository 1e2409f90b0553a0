using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoopLM.Jinja.Tests;

/// <summary>Renders templates that must parse.</summary>
internal static class Rendering
{
    public static readonly DateTimeOffset Now = new(2026, 3, 7, 9, 5, 4, TimeSpan.Zero);

    public static JinjaTemplate Parse(string source)
    {
        Assert.True(JinjaTemplate.TryParse(source, out var template, out var error), error?.ToString());
        return template;
    }

    public static (RenderedText? Rendered, JinjaError? Error) Render(string source, JsonObject? variables = null, JinjaLimits? limits = null)
    {
        Parse(source).TryRender(Variables(variables ?? []), Now, limits ?? new JinjaLimits(), out var rendered, out var error);
        return (rendered, error);
    }

    public static string Text(string source, JsonObject? variables = null, JinjaLimits? limits = null)
    {
        var (rendered, error) = Render(source, variables, limits);
        Assert.True(error is null, error?.ToString());
        return rendered!.Text;
    }

    private static IEnumerable<KeyValuePair<string, JinjaValue>> Variables(JsonObject variables) =>
        JinjaValues(JsonSerializer.SerializeToElement(variables));

    private static IEnumerable<KeyValuePair<string, JinjaValue>> JinjaValues(JsonElement variables) =>
        variables.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, JinjaValue.Of(property.Value)));
}
