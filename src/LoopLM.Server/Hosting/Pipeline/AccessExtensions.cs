using LoopLM.Server.Access;
using LoopLM.Server.Configuration;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Hosting.Pipeline;

/// <summary>Who may use the server, how much, and from which pages.</summary>
internal static class AccessExtensions
{
    private static readonly string[] s_exposedHeaders =
    [
        "x-request-id", "traceresponse", "retry-after",
        "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests",
        "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens",
    ];

    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<AuthOptions, AuthOptionsValidator>().BindConfiguration(AuthOptions.Section);
        services.AddOptionsWithValidateOnStart<RateLimitOptions, RateLimitOptionsValidator>().BindConfiguration(RateLimitOptions.Section);
        services.AddOptionsWithValidateOnStart<CrossOriginOptions, CrossOriginOptions>().BindConfiguration(CrossOriginOptions.Section);
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsRules>();
        services.AddSingleton<Clients>().AddSingleton<RefusedHosts>();
        services.AddHostedService<OpenServerWarning>();

        // RefusedHosts says why.
        services.Configure<HostFilteringOptions>(hosts => hosts.IncludeFailureMessage = false);
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestHeaderCount = HeaderLimit.MaxRead);
        // AddAuthentication would also add data protection, which writes keys to the home folder that nothing here uses.
        services.AddAuthenticationCore(schemes =>
        {
            schemes.DefaultScheme = ApiKeyHandler.SchemeName;
            schemes.AddScheme<ApiKeyHandler>(ApiKeyHandler.SchemeName, displayName: null);
        });
        services.AddWebEncoders().AddTransient<ApiKeyHandler>();

        // What no endpoint says otherwise, and what reaches no endpoint, needs a key.
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        return services.AddCors();
    }

    public static IApplicationBuilder UseAccess(this IApplicationBuilder app, IConfiguration configuration)
    {
        if (configuration.GetSection($"{CrossOriginOptions.Section}:{nameof(CrossOriginOptions.Origins)}")
            .Get<string[]>() is { Length: > 0 } origins)
        {
            app.UseCors(cors => cors
                .WithOrigins(origins).WithMethods("GET", "HEAD", "POST").AllowAnyHeader().WithExposedHeaders(s_exposedHeaders));
        }

        return app.UseAuthentication().UseAuthorization().UseRateLimits();
    }
}
