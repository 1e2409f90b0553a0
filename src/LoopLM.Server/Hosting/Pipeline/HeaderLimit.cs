using LoopLM.Server.Errors;

namespace LoopLM.Server.Hosting.Pipeline;

/// <summary>Bounds the number of headers. Kestrel bounds their size, and would refuse more without a word of either protocol.</summary>
internal static class HeaderLimit
{
    /// <summary>Headers of a request at most, or entries of a call's metadata.</summary>
    public const int MaxHeaders = 100;

    /// <summary>Headers that Kestrel reads at most.</summary>
    public const int MaxRead = 1000;

    public static IApplicationBuilder UseHeaderLimit(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var count = 0;
        foreach (var header in context.Request.Headers)
        {
            count += header.Value.Count;
        }

        return count <= MaxHeaders ? next(context) : context.RefuseAsync(new RequestError(
            RequestErrorKind.TooManyHeaders, null, $"The request has {count} headers; at most {MaxHeaders} are read."));
    });
}
