namespace LoopLM.Server.Rest.Errors;

/// <summary>Says to those who come to a route that does not exist where to go.</summary>
internal static class UnknownRoutes
{
    private const string Served =
        "OpenAI's API is served: POST /v1/chat/completions, /v1/completions and /v1/responses, GET /v1/models. "
        + "/openapi.json describes all of it.";

    private static readonly (string Path, string Hint)[] s_hints =
    [
        ("/api", "Ollama's API is not served. Choose the OpenAI-compatible provider in the client."),
        ("/v1/messages", "Anthropic's API is not served. Send chats to POST /v1/chat/completions."),
        ("/messages", "Anthropic's API is not served. Send chats to POST /v1/chat/completions."),
        ("/v1/v1", "The path has /v1 twice. Leave it out of the base URL, or of the path."),
        ("/v1/embeddings", "Embeddings are not served."),
        ("/embeddings", "Embeddings are not served."),
        ("/openai", "Azure's paths are not served. Use a client of OpenAI's API whose base URL ends in /v1."),
        ("/v1/chat/completions", "The path goes on after an endpoint. The base URL ends in /v1."),
        ("/v1/completions", "The path goes on after an endpoint. The base URL ends in /v1."),
        ("/v1/responses", "No answer is stored."),
        ("/docs", "The pages are switched off (Playground:Enabled); the description is JSON."),
    ];

    /// <summary>What may have been meant, and what there is.</summary>
    public static string HintFor(PathString path) =>
        path.Value?.Contains("//", StringComparison.Ordinal) is true
        ? $"The path has two slashes in a row. Leave out the one at the end of the base URL. {Served}"
        : Array.Find(s_hints, hint => path.StartsWithSegments(hint.Path)) is { Hint: { } hint } ? $"{hint} {Served}" : Served;
}
