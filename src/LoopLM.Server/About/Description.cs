using LoopLM.Server.Models;
using LoopLM.Server.Rest;
using LoopLM.Server.Rest.Output;

namespace LoopLM.Server.About;

/// <summary>What the server says to those who know only its address: what it is, what it serves, and where its API is.</summary>
internal sealed class Description(ServedModels models, EndpointDataSource endpoints)
{
    public Task WriteAsync(HttpContext context) => context.WriteJsonAsync(json =>
    {
        json.WriteStartObject();
        json.WriteString("name"u8, "LoopLM.Server"u8);
        json.WriteString("version"u8, ServerVersion.Text);
        json.WriteString("description"u8, "OpenAI's API for looped language models."u8);
        json.WriteStartArray("models"u8);
        foreach (var model in models.All)
        {
            json.WriteStringValue(model.Name);
        }

        json.WriteEndArray();
        json.WriteString("openapi"u8, "/openapi.json"u8);
        json.WriteStartArray("routes"u8);
        foreach (var route in Routes.Described(endpoints))
        {
            json.WriteStringValue(route);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
