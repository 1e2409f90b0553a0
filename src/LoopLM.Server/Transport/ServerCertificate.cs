using System.Net.Security;
using LoopLM.Checkpoints.Files;
using LoopLM.Server.Configuration;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Transport;

/// <summary>The certificate of the server, which is read again when its file has changed. Safe from any thread.</summary>
internal sealed partial class ServerCertificate(IOptions<TlsOptions> options, TimeProvider time, ILogger<ServerCertificate> logger)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private SslStreamCertificateContext? _current;
    private (FileState?, FileState?) _files;
    private long _looked;

    /// <summary>The certificate as it was at most ten seconds ago. One that cannot be read leaves the one before in use.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_lock)
            {
                if (_current is null || time.GetElapsedTime(_looked) >= s_pause)
                {
                    Look();
                }

                return _current!;
            }
        }
    }

    private void Look()
    {
        _looked = time.GetTimestamp();
        var files = State();
        if (_current is not null && files == _files)
        {
            return;
        }

        if (CertificateFile.TryRead(options.Value, out var read, out var problem))
        {
            _current = read;
            var until = read.TargetCertificate.NotAfter;
            InUse(read.TargetCertificate.Subject, until);
            if (until < time.GetLocalNow().DateTime)
            {
                IsExpired(until);
            }
        }
        else if (_current is null)
        {
            throw new OptionsValidationException("", typeof(TlsOptions), [problem]);
        }
        else
        {
            CannotBeRead(problem);
        }

        _files = files;
    }

    /// <summary>Of the certificate and its key, behind all links: a mounted secret is a link to a folder that is exchanged.</summary>
    private (FileState? Certificate, FileState? Key) State() => FileState.Of(options.Value.Certificate!) is { } certificate
        ? (certificate, FileState.Of(CertificateFile.KeyFile(options.Value)))
        : default;

    [LoggerMessage(1, LogLevel.Information, "TLS uses the certificate of {Subject}, which is valid until {Until:u}")]
    private partial void InUse(string subject, DateTime until);

    [LoggerMessage(2, LogLevel.Warning, "The certificate is expired since {Until:u}: clients will refuse it. Replace its file")]
    private partial void IsExpired(DateTime until);

    [LoggerMessage(3, LogLevel.Error, "The certificate before stays in use. {Problem}")]
    private partial void CannotBeRead(string problem);
}
