using LoopLM.Server.Conversations;
using LoopLM.Server.Hosting.Pipeline;
using LoopLM.Server.Loop.Compare;
using LoopLM.Server.Loop.Live;
using LoopLM.Server.OpenAi.Chat;
using LoopLM.Server.OpenAi.Completions;
using LoopLM.Server.OpenAi.Models;
using LoopLM.Server.OpenAi.Responses;
using LoopLM.Server.Rest;
using LoopLM.Server.Rest.Errors;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.Tokens;
using LoopLM.Server.Transport;

namespace LoopLM.Server.Hosting;

/// <summary>The REST API.</summary>
internal static class RestEndpoints
{
    private const string Prefix = "/v1";

    public static IServiceCollection AddOpenAi(this IServiceCollection services) => services
        .AddSingleton<RequestBodies>()
        .AddSingleton<CompletionEndpoint>()
        .AddSingleton<ChatPrompts>()
        .AddSingleton<ReplyGenerator>()
        .AddSingleton<ChatEndpoint>()
        .AddSingleton<ResponsesEndpoint>()
        .AddSingleton<TokenizeEndpoint>()
        .AddSingleton<DetokenizeEndpoint>()
        .AddSingleton<ApplyTemplateEndpoint>()
        .AddSingleton<CompareEndpoint>()
        .AddSingleton<LiveReaders>()
        .AddSingleton<LiveEndpoint>()
        .AddSingleton<ModelsEndpoint>()
        .AddExceptionHandler<OpenAiExceptionHandler>();

    /// <summary>Gives every error OpenAI's shape, also where no endpoint was reached.</summary>
    public static IApplicationBuilder UseOpenAiErrors(this IApplicationBuilder app)
    {
        var hosts = app.ApplicationServices.GetRequiredService<RefusedHosts>();
        return app.UseExceptionHandler(_ => { }).UseStatusCodePages(pages =>
        {
            var context = pages.HttpContext;
            var (request, response) = (context.Request, context.Response);
            switch (response.StatusCode)
            {
                case var _ when request.IsGrpc():
                    return Task.CompletedTask;
                case StatusCodes.Status405MethodNotAllowed when HttpMethods.IsOptions(request.Method):
                    response.StatusCode = StatusCodes.Status204NoContent;
                    return Task.CompletedTask;
                case StatusCodes.Status404NotFound:
                    return context.WriteErrorAsync(OpenAiErrors.UnknownRoute(request.Method, request.Path));
                case StatusCodes.Status405MethodNotAllowed:
                    return context.WriteErrorAsync(OpenAiErrors.Method(request.Method, request.Path, $"{response.Headers.Allow}"));

                // Nothing but the filter of host names leaves a bad request without a body.
                case StatusCodes.Status400BadRequest:
                    return context.WriteErrorAsync(hosts.Refuse(context));
                default:
                    return Task.CompletedTask;
            }
        });
    }

    /// <summary>Maps every route with the prefix and without; the description of the API lists one of the two.</summary>
    public static void MapOpenAi(this IEndpointRouteBuilder routes)
    {
        Post("/completions", Of<CompletionEndpoint>().HandleAsync);
        Post("/chat/completions", Of<ChatEndpoint>().HandleAsync);
        Post("/responses", Of<ResponsesEndpoint>().HandleAsync);
        Post("/loop/compare", Of<CompareEndpoint>().HandleAsync);
        routes.MapPost("/completion", Of<CompletionEndpoint>().HandleAsync).AsAlias();
        PostUnprefixed("/apply-template", Of<ApplyTemplateEndpoint>().HandleAsync);
        PostUnprefixed("/tokenize", Of<TokenizeEndpoint>().HandleAsync);
        PostUnprefixed("/detokenize", Of<DetokenizeEndpoint>().HandleAsync);
        Get("/loop/live", Of<LiveEndpoint>().StreamAsync);
        Get("/models", Of<ModelsEndpoint>().ListAsync);
        Get("/models/{**id}", Of<ModelsEndpoint>().GetAsync);

        T Of<T>()
            where T : class => routes.ServiceProvider.GetRequiredService<T>();

        void Post(string path, RequestDelegate handle)
        {
            routes.MapPost(Prefix + path, handle);
            routes.MapPost(path, handle).AsAlias();
        }

        void PostUnprefixed(string path, RequestDelegate handle)
        {
            routes.MapPost(path, handle);
            routes.MapPost(Prefix + path, handle).AsAlias();
        }

        void Get(string path, RequestDelegate handle)
        {
            routes.MapRead(Prefix + path, handle);
            routes.MapRead(path, handle).AsAlias();
        }
    }
}
