using LoopLM.Server.Configuration;
using LoopLM.Server.Rest.Errors;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Tests.Rest.Errors;

public sealed class OpenAiExceptionHandlerTests
{
    [Fact]
    public async Task TryHandleAsync_ClientResetsItsConnection_IsNoBug()
    {
        var log = new LogLines<OpenAiExceptionHandler>();
        var context = new DefaultHttpContext();

        var isHandled = await new OpenAiExceptionHandler(Options.Create(new LimitOptions()), log)
            .TryHandleAsync(context, new ConnectionResetException("reset by peer"), CancellationToken.None);

        Assert.Equal((true, StatusCodes.Status499ClientClosedRequest), (isHandled, context.Response.StatusCode));
        Assert.Empty(log.Lines);
    }
}
