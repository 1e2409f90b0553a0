using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoopLM.Server.Configuration;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Transport;

/// <summary>Reads certificates, and says at start what is wrong with one.</summary>
internal sealed class CertificateFile : IValidateOptions<TlsOptions>
{
    private const string Setting = $"{TlsOptions.Section}:{nameof(TlsOptions.Certificate)}";

    public ValidateOptionsResult Validate(string? name, TlsOptions options) =>
        string.IsNullOrEmpty(options.Certificate)
            ? options.Key is null
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail($"{TlsOptions.Section}:{nameof(TlsOptions.Key)} needs {Setting}.")
            : TryRead(options, out _, out var problem) ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problem);

    /// <summary>Reads a certificate with its key and those that signed it.</summary>
    /// <param name="options">The files; <see cref="TlsOptions.Certificate"/> is set.</param>
    /// <param name="certificate">What TLS needs.</param>
    /// <param name="problem">What is wrong, with the file and what to do.</param>
    public static bool TryRead(
        TlsOptions options, [NotNullWhen(true)] out SslStreamCertificateContext? certificate, [NotNullWhen(false)] out string? problem)
    {
        certificate = null;
        var file = options.Certificate!;
        var missing = new[] { file, options.Key }.FirstOrDefault(each => each is not null && !File.Exists(each));
        if (missing is not null)
        {
            problem =
                $"{(missing == file ? Setting : $"{TlsOptions.Section}:{nameof(TlsOptions.Key)}")} is '{missing}'; there is no such file.";
            return false;
        }

        try
        {
            certificate = IsPkcs12(file) ? ReadPkcs12(file, options.Password) : ReadPem(file, KeyFile(options), options.Password);
            problem = null;
            return true;
        }
        catch (CryptographicException exception)
        {
            problem =
                $"{Setting} is '{file}'; it gives no certificate with its key: {exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}. "
                    + $"It must be PEM with the private key in the same file, "
                    + $"beside it or in {TlsOptions.Section}:{nameof(TlsOptions.Key)}, "
                    + $"or PKCS #12 (.pfx); a password is {TlsOptions.Section}:{nameof(TlsOptions.Password)}.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"{Setting} is '{file}'; it cannot be read: {exception.Message}";
        }

        return false;
    }

    /// <summary>The file that holds the private key of a PEM certificate.</summary>
    public static string KeyFile(TlsOptions options)
    {
        var file = options.Certificate!;
        if (options.Key is not null)
        {
            return options.Key;
        }

        string[] beside = [Path.ChangeExtension(file, ".key"), Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "privkey.pem")];
        return File.ReadAllText(file).Contains("PRIVATE KEY-----", StringComparison.Ordinal)
            ? file
            : Array.Find(beside, File.Exists) ?? file;
    }

    private static bool IsPkcs12(string file) => Path.GetExtension(file).ToUpperInvariant() is ".PFX" or ".P12";

    private static SslStreamCertificateContext ReadPkcs12(string file, string? password)
    {
        var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, password);
        var own = all.FirstOrDefault(each => each.HasPrivateKey)
            ?? throw new CryptographicException("no certificate in it has a private key");
        return Create(own, all);
    }

    private static SslStreamCertificateContext ReadPem(string file, string keyFile, string? password)
    {
        var own = password is null
            ? X509Certificate2.CreateFromPemFile(file, keyFile)
            : X509Certificate2.CreateFromEncryptedPemFile(file, password, keyFile);
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(file);
        return Create(own, all);
    }

    /// <summary>Nothing is fetched, neither what signed the certificate nor whether it is revoked.</summary>
    private static SslStreamCertificateContext Create(X509Certificate2 own, X509Certificate2Collection all) =>
        SslStreamCertificateContext.Create(own, all, offline: true);
}
