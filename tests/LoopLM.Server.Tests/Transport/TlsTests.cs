using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using LoopLM.Models;
using LoopLM.Protocol.V1;
using LoopLM.Server.Configuration;
using LoopLM.Server.Hosting;
using LoopLM.Server.Transport;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace LoopLM.Server.Tests.Transport;

public sealed class TlsTests : IDisposable
{
    private static readonly DateTimeOffset s_from = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset s_until = DateTimeOffset.UtcNow.AddDays(9);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("looplm-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    public async Task Get_OneSetting_TalksTlsInBothVersionsOfHttp(int major, int minor)
    {
        await using var server = await ServerHarness.StartAsync(settings: ["--ssl-certfile", WritePem("both.pem", withKey: true)]);
        var (client, seen) = Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Rest.BaseAddress!, "/v1/models"))
        {
            Version = new Version(major, minor),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var response = await client.SendAsync(request);

        Assert.Equal(
            ("https", HttpStatusCode.OK, request.Version), (server.Rest.BaseAddress!.Scheme, response.StatusCode, response.Version));
        Assert.Equal("CN=both.pem", seen[0]);
        client.Dispose();
    }

    [Fact]
    public async Task Generate_OneSetting_TalksTls()
    {
        await using var server = await ServerHarness.StartAsync(settings: [$"--Tls:Certificate={WritePem("grpc.pem", withKey: true)}"]);
        var (client, _) = Client();
        using var channel = GrpcChannel.ForAddress(
            $"https://{server.Channel.Target}", new GrpcChannelOptions { HttpClient = client, DisposeHttpClient = true });
        using var call = new Inference.InferenceClient(channel).Generate(
            new GenerateRequest { Text = "a", MaxTokens = 2 }, deadline: DateTime.UtcNow + ServerHarness.Patience);

        Assert.NotEmpty(await call.ResponseStream.ReadAllAsync().ToListAsync());
    }

    [Fact]
    public void TryRead_EveryWayToGiveAKey_FindsIt()
    {
        var alone = WritePem("alone.pem", withKey: false, keyFile: "alone.key");
        var elsewhere = WritePem("elsewhere.pem", withKey: false, keyFile: "other.pem");
        var packed = Path.Combine(_folder.FullName, "packed.pfx");
        using (var certificate = Create("packed", out _))
        {
            File.WriteAllBytes(packed, certificate.Export(X509ContentType.Pkcs12, "secret"));
        }

        Assert.All(
            (TlsOptions[])
            [
                new() { Certificate = WritePem("both.pem", withKey: true) },
                new() { Certificate = alone },
                new() { Certificate = elsewhere, Key = Path.Combine(_folder.FullName, "other.pem") },
                new() { Certificate = packed, Password = "secret" },
            ],
            options => Assert.True(CertificateFile.TryRead(options, out var read, out _) && read.TargetCertificate.HasPrivateKey));
    }

    [Fact]
    public void TryRead_Intermediate_IsSentAlong()
    {
        using var rootKey = RSA.Create(2048);
        using var signerKey = RSA.Create(2048);
        using var ownKey = RSA.Create(2048);
        using var root = Authority("CN=root", rootKey).CreateSelfSigned(s_from, s_until);
        using var signed = Authority("CN=signs", signerKey).Create(root, s_from, s_until, [1]);
        using var signer = signed.CopyWithPrivateKey(signerKey);
        using var own = Request("CN=own", ownKey).Create(signer, s_from, s_until, [2]);
        var file = Path.Combine(_folder.FullName, "chain.pem");
        File.WriteAllText(file, $"{own.ExportCertificatePem()}\n{signer.ExportCertificatePem()}\n{ownKey.ExportPkcs8PrivateKeyPem()}\n");

        Assert.True(CertificateFile.TryRead(new() { Certificate = file }, out var read, out _));

        Assert.Equal(("CN=own", "CN=signs"), (read.TargetCertificate.Subject, read.IntermediateCertificates.Single().Subject));
    }

    [Theory]
    [InlineData("missing.pem", null, "there is no such file")]
    [InlineData("nokey.pem", null, "gives no certificate with its key")]
    [InlineData("text.pem", "hello", "gives no certificate with its key")]
    [InlineData("text.pfx", "hello", "gives no certificate with its key")]
    public void Build_BadCertificate_SaysInOneLineWhichFileAndWhatToDo(string name, string? content, string problem)
    {
        var file = Path.Combine(_folder.FullName, name);
        if (name.StartsWith("nokey", StringComparison.Ordinal))
        {
            WritePem(name, withKey: false);
        }
        else if (content is not null)
        {
            File.WriteAllText(file, content);
        }

        var exception = Record.Exception(() => ServerApplication.Build(
            ServerHarness.Arguments($"--Tls:Certificate={file}"),
            new ModelRunners(("none", (_, _) => new TestRunnerFactory(_ => throw new NotSupportedException())))));

        var reason = Assert.Single(ServerApplication.Reasons(exception!));
        Assert.StartsWith($"Tls:Certificate is '{file}'; ", reason, StringComparison.Ordinal);
        Assert.Contains(problem, reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', reason);
    }

    [Fact]
    public void Current_FileReplaced_IsReadAgainAfterTenSeconds()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var file = WritePem("live.pem", withKey: true);
        var log = new LogLines<ServerCertificate>();
        var certificate = new ServerCertificate(Options.Create(new TlsOptions { Certificate = file }), time, log);
        var before = certificate.Current;

        Replace(() => WritePem("live.pem", withKey: true));
        Assert.Same(before, certificate.Current);
        time.Advance(TimeSpan.FromSeconds(10));
        var after = certificate.Current;
        Replace(() => File.WriteAllText(file, "half"));
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.NotEqual(before.TargetCertificate.Thumbprint, after.TargetCertificate.Thumbprint);
        Assert.Same(after, certificate.Current);
        Assert.Equal(3, log.Lines.Count);
        Assert.StartsWith("The certificate before stays in use.", log.Lines[2], StringComparison.Ordinal);

        void Replace(Action write)
        {
            write();
            File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddMinutes(log.Lines.Count));
        }
    }

    [Fact]
    public void Current_FolderAfterALinkExchanged_IsReadAgain()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "links of mounted secrets");
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var root = _folder.FullName;
        foreach (var version in (string[])["one", "two"])
        {
            Directory.CreateDirectory(Path.Combine(root, version));
            WritePem(Path.Combine(version, "tls.pem"), withKey: true);
        }

        var link = Path.Combine(root, "data");
        Directory.CreateSymbolicLink(link, Path.Combine(root, "one"));
        File.CreateSymbolicLink(Path.Combine(root, "tls.pem"), Path.Combine(link, "tls.pem"));
        File.SetLastWriteTimeUtc(Path.Combine(root, "two", "tls.pem"), DateTime.UtcNow.AddMinutes(1));
        var certificate = new ServerCertificate(
            Options.Create(new TlsOptions { Certificate = Path.Combine(root, "tls.pem") }), time, new LogLines<ServerCertificate>());
        var before = certificate.Current.TargetCertificate.Thumbprint;

        Directory.Delete(link);
        Directory.CreateSymbolicLink(link, Path.Combine(root, "two"));
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.NotEqual(before, certificate.Current.TargetCertificate.Thumbprint);
    }

    private static (HttpClient Client, List<string> Seen) Client()
    {
        var seen = new List<string>();
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    seen.Add(certificate!.Subject);
                    return seen.Count == 1;
                },
            },
        };
        return (new HttpClient(handler) { Timeout = ServerHarness.Patience }, seen);
    }

    private static X509Certificate2 Create(string name, out string key)
    {
        using var rsa = RSA.Create(2048);
        key = rsa.ExportPkcs8PrivateKeyPem();
        return Request($"CN={name}", rsa).CreateSelfSigned(s_from, s_until);
    }

    private static CertificateRequest Request(string name, RSA key) => new(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    /// <summary>A request for a certificate that may sign others.</summary>
    private static CertificateRequest Authority(string name, RSA key)
    {
        var request = Request(name, key);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request;
    }

    private string WritePem(string name, bool withKey, string? keyFile = null)
    {
        using var certificate = Create(name, out var key);
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, $"{certificate.ExportCertificatePem()}\n{(withKey ? key : "")}\n");
        if (keyFile is not null)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, keyFile), key);
        }

        return file;
    }
}
