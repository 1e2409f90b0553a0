using LoopLM.Server.Errors;

namespace LoopLM.Server.Rest.Errors;

/// <summary>The table from what can go wrong to OpenAI's terms; nothing else chooses a status, type or code.</summary>
internal static class OpenAiErrors
{
    private const string InvalidRequest = "invalid_request_error";
    private const string ServerError = "server_error";

    /// <param name="error">What went wrong.</param>
    /// <param name="names">How the endpoint calls fields; null for the usual names.</param>
    public static OpenAiError From(RequestError error, FieldNames? names = null) =>
        From(
            error.Kind,
            error.Field is { } field ? (names ?? FieldNames.Rest).Of(field) : null,
            (names ?? FieldNames.Rest).Write(error.Message),
            error.RetryAfter);

    public static OpenAiError MalformedJson(string detail) =>
        new(400, InvalidRequest, "invalid_json", null, $"The body is not one JSON object: {detail}");

    public static OpenAiError NotUtf8(string detail) =>
        new(400, InvalidRequest, "invalid_encoding", null, $"The body is not UTF-8: {detail}");

    public static OpenAiError MediaType(string? found) => new(415, InvalidRequest, "unsupported_media_type", null,
        (found is null ? "A page sends no Content-Type" : $"The Content-Type is '{ClientText.Show(found)}'")
        + "; it must be application/json in UTF-8. With curl, add -H 'Content-Type: application/json'.");

    public static OpenAiError ContentEncoding(string found, string accepted) => new(
        415, InvalidRequest, "unsupported_content_encoding", null,
        $"The Content-Encoding is '{ClientText.Show(found)}'; it must be one of {accepted}, or absent.");

    public static OpenAiError Undecodable(string encoding) =>
        new(400, InvalidRequest, "invalid_encoding", null, $"The body is not {encoding}, as its Content-Encoding says.");

    public static OpenAiError TooLarge(int limit) =>
        new(413, InvalidRequest, "request_too_large", null,
            $"The body has more than {limit} bytes, the most that Limits:MaxBodyBytes allows. A compressed body counts as it is decoded.");

    public static OpenAiError Slow() => new(408, InvalidRequest, "request_timeout", null, "The body came too slowly.");

    public static OpenAiError Unreadable() =>
        new(400, InvalidRequest, "invalid_request", null, "The body ended early, or its chunks are malformed.");

    public static OpenAiError Host(string host) => new(400, InvalidRequest, "host_not_allowed", null,
        $"The Host header is '{host}', which the setting AllowedHosts does not list. "
        + "Call the server by a name that it lists, or add this one.");

    public static OpenAiError UnknownRoute(string method, string path) =>
        new(404, InvalidRequest, "unknown_url", null, $"There is no {method} {ClientText.Show(path)}. {UnknownRoutes.HintFor(path)}");

    public static OpenAiError Method(string method, string path, string allowed) =>
        new(405, InvalidRequest, "method_not_allowed", null, $"{ClientText.Show(path)} does not take {method}; it takes {allowed}.");

    public static OpenAiError Internal(string requestId) =>
        new(500, ServerError, "internal_error", null, $"The server failed. The request's id is {requestId}.");

    private static OpenAiError From(RequestErrorKind kind, string? field, string message, int? retryAfter) => kind switch
    {
        RequestErrorKind.InvalidValue => Invalid("invalid_value", field, message),
        RequestErrorKind.InvalidType => Invalid("invalid_type", field, message),
        RequestErrorKind.MissingField => Invalid("missing_required_parameter", field, message),
        RequestErrorKind.Unsupported => Invalid("unsupported_parameter", field, message),
        RequestErrorKind.UnsupportedValue => Invalid("unsupported_value", field, message),
        RequestErrorKind.ContextExceeded => Invalid("context_length_exceeded", field, message),
        RequestErrorKind.UnknownModel => new(404, InvalidRequest, "model_not_found", field, message),
        RequestErrorKind.UnknownKey => new(401, "authentication_error", "invalid_api_key", null, message),
        RequestErrorKind.TooManyHeaders => new(431, InvalidRequest, "too_many_headers", null, message),
        RequestErrorKind.RateLimited => new(429, "rate_limit_error", "rate_limit_exceeded", null, message, retryAfter),
        RequestErrorKind.QueueTimeout => new(503, ServerError, "queue_timeout", null, message, retryAfter),
        RequestErrorKind.Overloaded => new(503, ServerError, "server_overloaded", null, message, retryAfter),
        RequestErrorKind.QueueFull => new(429, "rate_limit_error", "queue_full", null, message, retryAfter),
        RequestErrorKind.Loading => new(503, ServerError, "model_loading", null, message, retryAfter),
        RequestErrorKind.Draining => new(503, ServerError, "draining", null, message, retryAfter),
        RequestErrorKind.Unhealthy => new(503, ServerError, "engine_unhealthy", null, message, retryAfter),
        RequestErrorKind.Failed => new(500, ServerError, "internal_error", null, message),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static OpenAiError Invalid(string code, string? field, string message) => new(400, InvalidRequest, code, field, message);
}
