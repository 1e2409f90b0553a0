namespace LoopLM.Server.Rest.Errors;

/// <summary>An error in OpenAI's terms.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Type">Its <c>type</c>.</param>
/// <param name="Code">Its <c>code</c>.</param>
/// <param name="Param">The field at fault; null where it is not the request's fault.</param>
/// <param name="Message">What was found and what would be right.</param>
/// <param name="RetryAfter">Seconds after which trying again has a chance; null where it has none.</param>
internal sealed record OpenAiError(int Status, string Type, string Code, string? Param, string Message, int? RetryAfter = null);
