using System.Text.Json;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Server.Models;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Rest.Output;

namespace LoopLM.Server.OpenAi.Models;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>.</summary>
internal sealed class ModelsEndpoint(ServedModels models, ExitPolicies policies)
{
    public Task ListAsync(HttpContext context) => context.WriteJsonAsync(json =>
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var model in models.All)
        {
            WriteModel(json, model);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Answers for one model, by its name or an alias; both may contain slashes, which clients may escape.</summary>
    public Task GetAsync(HttpContext context)
    {
        var id = ((string?)context.GetRouteValue("id"))?.TrimEnd('/').Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return models.TryFind(id, out var model, out var error)
            ? context.WriteJsonAsync(json => WriteModel(json, model))
            : context.WriteErrorAsync(OpenAiErrors.From(error));
    }

    private void WriteModel(Utf8JsonWriter json, ServedModel model)
    {
        var (config, engine) = (model.Checkpoint.Config, model.Settings.Engine);
        var policyName = engine.Exit.Policy ?? "q-exit";
        policies.TryGet(policyName, out var policy);
        json.WriteStartObject();
        json.WriteString("id"u8, model.Name);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, model.Created.ToUnixTimeSeconds());
        json.WriteString("owned_by"u8, "looplm"u8);
        json.WriteString("root"u8, model.Name);
        json.WriteNull("parent"u8);
        json.WriteStartArray("aliases"u8);
        foreach (var alias in model.Settings.Model.Aliases)
        {
            json.WriteStringValue(alias);
        }

        json.WriteEndArray();
        json.WriteNumber("max_model_len"u8, config.ContextLength);
        json.WriteStartObject("loop"u8);
        json.WriteNumber("total_ut_steps"u8, config.Loops);
        json.WriteNumber("max_loops"u8, engine.MaxLoops);
        json.WriteString("exit_policy"u8, policyName);
        json.WriteNumber("exit_threshold"u8, engine.Exit.Threshold ?? policy?.DefaultThreshold ?? config.EarlyExitThreshold);
        json.WriteString("kv_layout"u8, engine.KvLayout == KvLayout.Shared ? "shared"u8 : "last-exited"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
