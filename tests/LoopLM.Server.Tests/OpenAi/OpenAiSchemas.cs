using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>
/// OpenAI's published schema, made of the types of its SDK for Node, which are generated from its OpenAPI document. A test that asks it is
/// skipped where Node or its packages are absent.
/// </summary>
public sealed class OpenAiSchemas : IDisposable
{
    private readonly OracleProcess _process = OracleProcess.Node("schema.mjs", "clients");

    /// <summary>What in some values does not match a type; members that the type does not have are no problem.</summary>
    public async Task<IEnumerable<string>> FindProblemsAsync(string type, params JsonNode[] values)
    {
        var answer = await _process.AskAsync<JsonObject>(new JsonObject { ["type"] = type, ["values"] = new JsonArray(values) });
        return answer["problems"]!.AsArray().Select(problem => problem!.GetValue<string>());
    }

    public void Dispose() => _process.Dispose();
}
