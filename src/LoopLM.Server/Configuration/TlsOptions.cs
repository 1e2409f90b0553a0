namespace LoopLM.Server.Configuration;

/// <summary>
/// Section <c>Tls</c>: with a certificate, every endpoint that has none of its own talks TLS, and REST talks HTTP/2 as well.
/// </summary>
public sealed class TlsOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Tls";

    /// <summary>
    /// File of the certificate and what signs it: PEM, or PKCS #12 (.pfx, .p12). It is read again when it has changed. Null for no TLS.
    /// </summary>
    public string? Certificate { get; set; }

    /// <summary>
    /// File of a PEM certificate's private key. Default: the certificate's file, else the file beside it that ends in .key, or privkey.pem.
    /// </summary>
    public string? Key { get; set; }

    /// <summary>Password of the key.</summary>
    public string? Password { get; set; }
}
