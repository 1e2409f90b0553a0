using LoopLM.Server.OpenAi.Answers;
using LoopLM.Server.OpenAi.Chat;
using LoopLM.Server.OpenAi.Compare;
using LoopLM.Server.OpenAi.Completions;
using LoopLM.Server.OpenAi.Errors;
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
        .AddSingleton<ModelsEndpoint>()
        .AddExceptionHandler<OpenAiExceptionHandler>();

    /// <summary>Gives every error under <c>/v1</c> OpenAI's shape, also where no endpoint was reached.</summary>
    public static IApplicationBuilder UseOpenAiErrors(this IApplicationBuilder app) => app
        .UseExceptionHandler(_ => { })
        .UseStatusCodePages(pages =>
        {
            var context = pages.HttpContext;
            var (method, path) = (context.Request.Method, context.Request.Path);
            return (context.Response.StatusCode, path.StartsWithSegments(Prefix)) switch
            {
                (StatusCodes.Status404NotFound, true) => context.WriteErrorAsync(OpenAiErrors.UnknownRoute(method, path)),
                (StatusCodes.Status405MethodNotAllowed, true) => context.WriteErrorAsync(OpenAiErrors.Method(method, path)),
                _ => Task.CompletedTask,
            };
        });

    public static void MapOpenAi(this IEndpointRouteBuilder routes)
    {
        routes.MapPost($"{Prefix}/completions", context => Resolve<CompletionEndpoint>(context).HandleAsync(context));
        routes.MapPost($"{Prefix}/chat/completions", context => Resolve<ChatEndpoint>(context).HandleAsync(context));
        routes.MapPost($"{Prefix}/responses", context => Resolve<ResponsesEndpoint>(context).HandleAsync(context));
        routes.MapPost($"{Prefix}/loop/compare", context => Resolve<CompareEndpoint>(context).HandleAsync(context));
        routes.MapPost("/apply-template", context => Resolve<TokensEndpoint>(context).ApplyTemplateAsync(context));
        routes.MapPost("/tokenize", context => Resolve<TokensEndpoint>(context).TokenizeAsync(context));
        routes.MapPost("/detokenize", context => Resolve<TokensEndpoint>(context).DetokenizeAsync(context));
        routes.MapGet($"{Prefix}/models", context => Resolve<ModelsEndpoint>(context).ListAsync(context));
        routes.MapGet($"{Prefix}/models/{{**id}}", context => Resolve<ModelsEndpoint>(context).GetAsync(context));
    }

    // At the first request: the model is opened only once the options have been checked.
    private static T Resolve<T>(HttpContext context)
        where T : class => context.RequestServices.GetRequiredService<T>();
}
