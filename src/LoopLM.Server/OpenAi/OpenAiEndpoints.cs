using LoopLM.Server.Access;
using LoopLM.Server.Hosting;
using LoopLM.Server.OpenAi.Answers;
using LoopLM.Server.OpenAi.Chat;
using LoopLM.Server.OpenAi.Compare;
using LoopLM.Server.OpenAi.Completions;
using LoopLM.Server.OpenAi.Errors;
using LoopLM.Server.OpenAi.Live;
using LoopLM.Server.OpenAi.Models;
using LoopLM.Server.OpenAi.Responses;
using LoopLM.Server.OpenAi.Tokens;

namespace LoopLM.Server.OpenAi;

/// <summary>The REST API.</summary>
internal static class OpenAiEndpoints
{
    private const string Prefix = "/v1";

    public static IServiceCollection AddOpenAi(this IServiceCollection services) => services
        .AddSingleton<GeneratedAnswer>()
        .AddSingleton<CompletionEndpoint>()
        .AddSingleton<ChatPrompts>()
        .AddSingleton<ReplyGenerator>()
        .AddSingleton<ChatEndpoint>()
        .AddSingleton<ResponsesEndpoint>()
        .AddSingleton<TokensEndpoint>()
        .AddSingleton<CompareEndpoint>()
        .AddSingleton<LiveReaders>()
        .AddSingleton<LiveEndpoint>()
        .AddSingleton<ModelsEndpoint>()
        .AddExceptionHandler<OpenAiExceptionHandler>();

    /// <summary>Gives every error OpenAI's shape, also where no endpoint was reached.</summary>
    public static IApplicationBuilder UseOpenAiErrors(this IApplicationBuilder app) => app
        .UseExceptionHandler(_ => { })
        .UseStatusCodePages(pages =>
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
                    return context.WriteErrorAsync(Resolve<RefusedHosts>(context).Refuse(context));
                default:
                    return Task.CompletedTask;
            }
        });

    /// <summary>Maps every route with the prefix and without; the description of the API lists one of the two.</summary>
    public static void MapOpenAi(this IEndpointRouteBuilder routes)
    {
        Post("/completions", context => Resolve<CompletionEndpoint>(context).HandleAsync(context));
        Post("/chat/completions", context => Resolve<ChatEndpoint>(context).HandleAsync(context));
        Post("/responses", context => Resolve<ResponsesEndpoint>(context).HandleAsync(context));
        Post("/loop/compare", context => Resolve<CompareEndpoint>(context).HandleAsync(context));
        routes.MapPost("/completion", context => Resolve<CompletionEndpoint>(context).HandleAsync(context)).AsAlias();
        PostUnprefixed("/apply-template", context => Resolve<TokensEndpoint>(context).ApplyTemplateAsync(context));
        PostUnprefixed("/tokenize", context => Resolve<TokensEndpoint>(context).TokenizeAsync(context));
        PostUnprefixed("/detokenize", context => Resolve<TokensEndpoint>(context).DetokenizeAsync(context));
        Get("/loop/live", context => Resolve<LiveEndpoint>(context).StreamAsync(context));
        Get("/models", context => Resolve<ModelsEndpoint>(context).ListAsync(context));
        Get("/models/{**id}", context => Resolve<ModelsEndpoint>(context).GetAsync(context));

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

    // At the first request: the model is opened only once the options have been checked.
    private static T Resolve<T>(HttpContext context)
        where T : class => context.RequestServices.GetRequiredService<T>();
}
