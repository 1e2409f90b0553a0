using System.Text.Json;
using LoopLM.Server.Errors;
using LoopLM.Server.Models;
using LoopLM.Server.Rest;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.Transport;
using LoopLM.Server.Work;

namespace LoopLM.Server.Tokens;

/// <summary>An endpoint that says what a model reads, in vLLM's form. Nothing is generated.</summary>
/// <param name="bodies">Reads bodies.</param>
/// <param name="models">The models.</param>
/// <param name="work">Has threads for long texts.</param>
internal abstract class TokensEndpoint(RequestBodies bodies, ServedModels models, RequestWork work) : JsonEndpoint<string?>(bodies)
{
    /// <summary>The name of the model. What else there is is read once the model is known.</summary>
    protected sealed override string? Read(RequestFields fields) => fields.Text("model");

    protected sealed override async Task<RequestError?> AnswerAsync(HttpContext context, ParsedBody<string?> body)
    {
        if (!models.TryFind(body.Request, out var model, out var unknown))
        {
            return unknown;
        }

        var write = await PrepareAsync(context, model, body.Fields);
        UnreadFields.Check(body.Fields, RequestKinds.Tokenizing);
        if (body.Fields.Error is { } error)
        {
            return error;
        }

        var sending = context.WriteJsonAsync(json =>
        {
            json.WriteStartObject();
            write!(json);
            json.WriteEndObject();
        });

        // The answer may hold much more than the body, and take long.
        body.Dispose();
        await sending;
        return null;
    }

    /// <summary>Reads the fields and works the answer out.</summary>
    /// <returns>Writes the members of the answer; null where a problem was reported.</returns>
    protected abstract Task<Action<Utf8JsonWriter>?> PrepareAsync(HttpContext context, ServedModel model, RequestFields fields);

    /// <summary>
    /// Works on what a body says; null where that gives nothing, or the server is too busy, which the fields then report.
    /// </summary>
    protected async Task<T?> OnTextAsync<T>(HttpContext context, RequestFields fields, Func<T?> read)
        where T : class
    {
        if (!(await work.OnTextAsync(context.Caller(), fields.Length, read, context.RequestAborted)).TryGet(out var value, out var busy))
        {
            fields.Report(busy);
        }

        return value;
    }
}
