using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace LoopLM.Server.Rest.Requests;

/// <summary>Decodes compressed bodies.</summary>
internal static class BodyDecoding
{
    /// <summary>What it decodes, as <c>Accept-Encoding</c> has it.</summary>
    public const string Accepted = "gzip, deflate, br, zstd";

    /// <summary>The largest window that a client may make the decoder keep: 8 MiB, which RFC 9659 allows.</summary>
    private const int MaxZstdWindowLog = 23;

    /// <summary>Wraps a body so that it is decoded while it is read; false where the encoding is not known.</summary>
    /// <param name="body">The body as it comes.</param>
    /// <param name="encoding">The <c>Content-Encoding</c>; empty for none.</param>
    /// <param name="decoded">The body as it is meant; the same where it is not encoded.</param>
    public static bool TryDecode(Stream body, string encoding, [NotNullWhen(true)] out Stream? decoded)
    {
        decoded = encoding.Trim().ToUpperInvariant() switch
        {
            "" or "IDENTITY" => body,
            "GZIP" or "X-GZIP" => new GZipStream(body, CompressionMode.Decompress, leaveOpen: true),
            "DEFLATE" => new ZLibStream(body, CompressionMode.Decompress, leaveOpen: true),
            "BR" => new BrotliStream(body, CompressionMode.Decompress, leaveOpen: true),
            "ZSTD" => Zstd(body),
            _ => null,
        };
        return decoded is not null;
    }

    private static DecompressionStream Zstd(Stream body)
    {
        var stream = new DecompressionStream(body);
        stream.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, MaxZstdWindowLog);
        return stream;
    }
}
