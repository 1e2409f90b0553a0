using System.Security.Claims;
using System.Text.Encodings.Web;
using LoopLM.Server.Access;
using LoopLM.Server.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Hosting.Pipeline;

/// <summary>
/// Authenticates requests by <c>Authorization: Bearer KEY</c>, <c>x-api-key</c> or <c>api-key</c>, and
/// says who it is in the feature <see cref="Client"/>.
/// </summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Clients clients)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>Name of the scheme.</summary>
    public const string SchemeName = "ApiKey";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (clients.Find(Request.Headers) is not { } client)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        Context.Features.Set(client);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, client.Name)], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        var message = Clients.HasKey(Request.Headers)
            ? "The API key is unknown; send a valid one as 'Authorization: Bearer KEY' or 'x-api-key: KEY'."
            : "The request has no API key; send it as 'Authorization: Bearer KEY' or 'x-api-key: KEY'.";
        return Context.RefuseAsync(new RequestError(RequestErrorKind.UnknownKey, null, message));
    }
}
