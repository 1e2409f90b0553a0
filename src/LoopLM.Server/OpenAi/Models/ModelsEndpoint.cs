using System.Text.Json;
using LoopLM.Server.Hosting;
using LoopLM.Server.OpenAi.Errors;
using LoopLM.Server.OpenAi.Responses;

namespace LoopLM.Server.OpenAi.Models;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>.</summary>
internal sealed class ModelsEndpoint(ServedModel model)
{
    public Task ListAsync(HttpContext context) => context.WriteJsonAsync(json =>
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        WriteModel(json);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Answers for one model; ids may contain slashes.</summary>
    public Task GetAsync(HttpContext context) =>
        context.GetRouteValue("id") is string id && id != model.Name
            ? context.WriteErrorAsync(OpenAiErrors.UnknownModel(id))
            : context.WriteJsonAsync(WriteModel);

    private void WriteModel(Utf8JsonWriter json)
    {
        var config = model.Checkpoint.Config;
        json.WriteStartObject();
        json.WriteString("id"u8, model.Name);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, model.Created.ToUnixTimeSeconds());
        json.WriteString("owned_by"u8, "looplm"u8);
        json.WriteNumber("max_model_len"u8, config.ContextLength);
        json.WriteStartObject("loop"u8);
        json.WriteNumber("total_ut_steps"u8, config.Loops);
        json.WriteNumber("exit_threshold"u8, config.EarlyExitThreshold);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
