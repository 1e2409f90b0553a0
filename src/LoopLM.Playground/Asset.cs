using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace LoopLM.Playground;

/// <summary>A file of the playground, with its compressed forms. It never changes.</summary>
internal sealed class Asset
{
    private static readonly FileExtensionContentTypeProvider s_types = new();

    private readonly Dictionary<string, (ReadOnlyMemory<byte> Content, EntityTagHeaderValue Tag)> _byEncoding;

    /// <summary>Compresses a file.</summary>
    /// <param name="path">Where it lies in the folder of assets, such as <c>charts/strip.js</c>.</param>
    /// <param name="content">Its bytes; texts are UTF-8.</param>
    /// <exception cref="InvalidOperationException">The extension of the path names no content type.</exception>
    public Asset(string path, byte[] content)
    {
        Path = path;
        Content = content;
        ContentType = s_types.TryGetContentType(path, out var type) ? type
            : throw new InvalidOperationException($"The asset {path} has an extension without a content type.");
        if (ContentType.StartsWith("text/", StringComparison.Ordinal) || ContentType == "image/svg+xml")
        {
            ContentType += "; charset=utf-8";
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8));
        _byEncoding = new()
        {
            [""] = (content, new($"\"{hash}\"")),
            ["gzip"] = (Gzip(content), new($"\"{hash}-gzip\"")),
            ["br"] = (Brotli(content), new($"\"{hash}-br\"")),
        };
    }

    /// <summary>Where it lies in the folder of assets.</summary>
    public string Path { get; }

    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Its media type.</summary>
    public string ContentType { get; }

    /// <summary>Answers with it in the best form that the request accepts, or with 304 where the client has that.</summary>
    public Task WriteAsync(HttpContext context)
    {
        var encoding = Choose(context.Request.GetTypedHeaders().AcceptEncoding);
        var headers = context.Response.Headers;
        headers.Vary = StringValues.Concat(headers.Vary, HeaderNames.AcceptEncoding);
        if (encoding.Length > 0)
        {
            headers.ContentEncoding = encoding;
        }

        var (content, tag) = _byEncoding[encoding];
        return TypedResults.Bytes(content, ContentType, entityTag: tag).ExecuteAsync(context);
    }

    private static string Choose(IList<StringWithQualityHeaderValue> accepted)
    {
        return Accepts("br") ? "br" : Accepts("gzip") ? "gzip" : "";

        bool Accepts(string encoding) =>
            accepted.Any(each => each.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && each.Quality is not 0);
    }

    private static byte[] Gzip(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }

    /// <summary>Nearly as small as it can be, in a tenth of the time: the server does it when it starts.</summary>
    private static byte[] Brotli(byte[] content)
    {
        const int quality = 9;
        const int window = 22;
        var compressed = new byte[BrotliEncoder.GetMaxCompressedLength(content.Length)];
        return BrotliEncoder.TryCompress(content, compressed, out var length, quality, window) ? compressed[..length]
            : throw new InvalidOperationException("An asset could not be compressed.");
    }
}
