using System.Text.Json;
using LoopLM.Jinja;

if (args is not [var template, var variables])
{
    Console.Error.WriteLine("Usage: RenderTemplate TEMPLATE VARIABLES");
    return 1;
}

using var json = JsonDocument.Parse(File.ReadAllText(variables));
var values = json.RootElement.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, JinjaValue.Of(member.Value)));
if (!JinjaTemplate.TryParse(File.ReadAllText(template), out var parsed, out var error)
    || !parsed.TryRender(values, DateTimeOffset.Now, new JinjaLimits(), out var rendered, out error))
{
    Console.Error.WriteLine($"{template}({error.Line},{error.Column}): {error.Message}");
    return 1;
}

Console.Write(rendered.Text);
foreach (var part in rendered.Own)
{
    Console.Error.WriteLine($"The template itself wrote: {JsonSerializer.Serialize(rendered.Text[part])}");
}

return 0;
