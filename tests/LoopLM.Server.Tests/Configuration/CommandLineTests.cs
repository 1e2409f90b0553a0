using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LoopLM.Models;
using LoopLM.Server.Configuration;
using LoopLM.Server.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using KeyClients = LoopLM.Server.Access.Clients;

namespace LoopLM.Server.Tests.Configuration;

/// <summary>What may be written on a command line, and what is said of what may not.</summary>
public sealed class CommandLineTests
{
    private const string Rest = "Kestrel:Endpoints:Rest:Url";
    private const string Grpc = "Kestrel:Endpoints:Grpc:Url";

    public static TheoryData<string, string[]> Wrong => new()
    {
        { "There is no setting Engine:KvSlot. Did you mean Engine:KvSlots?", ["--Engine:KvSlot=5"] },
        { "There is no setting Engine:kvsolts. Did you mean Engine:KvSlots?", ["--Engine:kvsolts", "5"] },
        { "There is no setting Enigne:KvSlots. Did you mean Engine", ["--Enigne:KvSlots=5"] },
        { "There is no setting KvSlots. Did you mean Engine:KvSlots?", ["--KvSlots=5"] },
        { "There is no setting MaxBodyBytes. Did you mean Limits:MaxBodyBytes?", ["--MaxBodyBytes=5000"] },
        { "There is no setting Engine:MaxChoices. Did you mean Limits:MaxChoices?", ["--Engine:MaxChoices=5"] },
        { "There is no setting prot. Did you mean --port?", ["--prot=8000"] },
        { "There is no setting api_key. Did you mean --api-key?", ["--api_key=a"] },
        { "There is no setting tensor-parallel-size. docs/configuration.md lists all of them.", ["--tensor-parallel-size=2"] },
        { "There is no setting max-model-len. Did you mean Model:ContextLength?", ["--max-model-len=512"] },
        { "There is no setting served_model_name. Did you mean Model:Name?", ["--served_model_name", "a"] },
        { "There is no setting max-num-seqs. Did you mean Engine:MaxSequences?", ["--max-num-seqs=4"] },
        { "There is no setting Engine:Exit:Treshold. Did you mean Engine:Exit:Threshold?", ["--Engine:Exit:Treshold=1"] },
        { "There is no setting Engine:Exit:Trace.", ["--Engine:Exit:Trace=1"] },
        { "There is no setting Auth:Keys:0:Sha265. Did you mean Auth:Keys:0:Sha256?",
            ["--Auth:Keys:0:Name=a", $"--Auth:Keys:0:Sha256={new string('a', 64)}", "--Auth:Keys:0:Sha265=1"] },
        { "There is no setting Auth:Keys:first.", ["--Auth:Keys:first:Name=a"] },
        { "There is no setting Auth:Keys:0:Name:a.", ["--Auth:Keys:0:Name:a=1"] },
        { "There is no setting Auth:Keys:first.", ["--Auth:Keys:first:Name:a=1"] },
        { "There is no setting Model:Path:a.", ["--Model:Path:a=1"] },
        { "There is no setting Models:1:Name:a.", [.. ServerHarness.SeveralModels("a"), "--Models:1:Path=b", "--Models:1:Name:a=1"] },
        { "There is no setting Limits:DrainTimeout:a.", ["--Limits:DrainTimeout:a=1"] },
        { "There is no setting Models:0:KvSlots. Did you mean Models:0:Engine:KvSlots?",
            [.. ServerHarness.SeveralModels("a"), "--Models:0:KvSlots=1"] },
        { "There is no setting Models:0:Engine:MaxRow. Did you mean Models:0:Engine:MaxRows?",
            [.. ServerHarness.SeveralModels("a"), "--Models:0:Engine:MaxRow=1"] },
        { "There is no setting Models:\\u{10}:Patth. Did you mean Models:\\u{10}:Path?",
            [.. ServerHarness.SeveralModels("a"), "--Models:\u0010:Patth=b"] },
        { "Models:0\\u{10}:ContextLength is '1'; it must be", [.. ServerHarness.SeveralModels("a"), "--Models:0\u0010:ContextLength=1"] },
        { "There is no setting Model:Engine.", [.. ServerHarness.SeveralModels("a"), "--Model:Engine:KvSlots=many"] },
        { "There is no setting Kestrel:Endpoint. Did you mean Kestrel:Endpoints?", ["--Kestrel:Endpoint:Rest:Url=http://localhost:1"] },
        { "There is no setting Kestrel:Endpoints:Rest:Uri. Did you mean Kestrel:Endpoints:Rest:Url?",
            ["--Kestrel:Endpoints:Rest:Uri=http://localhost:1"] },
        { "There is no setting Engine:KvSlots:More.", ["--Engine:KvSlots:More=1"] },
        { "Engine is a section of settings, such as --Engine:", ["--Engine=5"] },
        { "Engine:KvSlots is '0'; it must be a whole number from 1 to 2147483647.", ["--Engine:KvSlots=0"] },
        { "Engine:KvSlots is 'many'; it must be a whole number from 1 to 2147483647.", ["--Engine:KvSlots=many"] },
        { "Engine:KvSlots is '1.5'; it must be a whole number", ["--Engine:KvSlots=1.5"] },
        { "Engine:KvSlots is '99999999999'; it must be a whole number", ["--Engine:KvSlots=99999999999"] },
        { "Engine:Refill is 'yes'; it must be true or false.", ["--Engine:Refill=yes"] },
        { "Engine:KvLayout is 'Shard'; it must be one of LastExited, Shared.", ["--Engine:KvLayout=Shard"] },
        { "Engine:KvLayout is '7'; it must be one of LastExited, Shared.", ["--Engine:KvLayout=7"] },
        { "Engine:MaxQueueTime is '60'; it must be a time such as 00:01:30 from 00:00:00.001", ["--Engine:MaxQueueTime=60"] },
        { "Engine:Exit:Threshold is 'high'; it must be a number.", ["--Engine:Exit:Threshold=high"] },
        { "Model:Weights is 'int1'; Weights must be auto, float32, bfloat16, int8 or int4.", ["--Model:Weights=int1"] },
        { "Model:ContextLength is '1'; it must be a whole number from 2 to 16777216.", ["--Model:ContextLength=1"] },
        { "Limits:MaxBodyBytes is '5 MB'; it must be a whole number from 1024 to 67108864.", ["--Limits:MaxBodyBytes=5 MB"] },
        { "is 'nowhere'; it must be scheme, host and port, such as http://localhost:8080.", ["--Kestrel:Endpoints:Rest:Url=nowhere"] },
        { "is 'Http9'; it must be one of", ["--Kestrel:Endpoints:Rest:Protocols=Http9"] },
        { "'Engine:KvSlots=5' is not an option; options are written --name value or --name=value.", ["Engine:KvSlots=5"] },
        { "'-p' is not an option", ["-p"] },
        { "--port has no value.", ["--port", "--host=localhost"] },
        { "--port is given twice; give it once.", ["--port=1", "--PORT", "2"] },
        { "There is no setting urls. Did you mean --host and --port?", ["--urls=http://localhost:5000"] },
        { "--port is '80000'; it must be a port from 1 to 65535", ["--port", "80000"] },
        { "--port is 'http'; it must be a port", ["--port=http"] },
        { "--grpc-port is '-1'; it must be a port", ["--grpc-port=-1"] },
        { "--host is 'example.org'; it must be localhost, an IP address of this machine, or * for all of them.", ["--host=example.org"] },
        { "--api-key must have 1 to 1024 visible ASCII characters, without spaces.", ["--api-key="] },
        { "--api-key must have 1 to 1024", ["--api-key", "topsecret key"] },
        { "--Kestrel:Endpoints:Rest:Url says where to listen, and so do --host, --port or --grpc-port; use only one of them.",
            ["--host=localhost"] },
        { "there is no folder '", ["--model=no/such/folder"] },
        { "Model:Path: it is empty; it must be the folder of a checkpoint.", ["--model", ""] },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Build_Wrong_SaysWhatAndWhatWouldBeRight(string message, string[] arguments)
    {
        var problems = Problems(arguments);

        Assert.Contains(problems, problem => problem.Contains(message, StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.DoesNotMatch("\\p{Cc}|topsecret|Exception|System[.]|^Property ", problem));
    }

    [Fact]
    public void Build_SeveralWrong_ListsEachOnce()
    {
        var problems = Problems(
            ["--Engine:KvSlots=0", "--Engine:KvSlot=1", "--Engine:MaxRows=1", "--prot=1",
                "--Limits:MaxChoices=x", "--RateLimits:TokensPerMinute=0", "port=1"]);

        Assert.Equal(7, problems.Count);
    }

    [Fact]
    public async Task Build_EnvironmentVariables_OwnOnesAreCheckedAndOthersAreNot()
    {
        using var process = Start(["--Serilog:MinimumLevel:Default=Fatal"], ("Engine__KvSlot", "5"),
            ("Engineering__KvSlots", "x"), ("MODEL", "gpt"), ("KvSlots", "x"), ("LOOPLM_API_KEY", "a b"),
            ("ASPNETCORE_URLS", "http://localhost:1"), ("ASPNETCORE_HTTP_PORTS", "8080"),
            ("LOOPLM_KvSlots", "5"), ("Engien__KvSlots", "5"), ("Engien__Other", "5"), ("Modles__0__Path", "x"));

        var problems = await process.StandardError.ReadToEndAsync().WaitAsync(ServerHarness.Patience);
        await process.WaitForExitAsync().WaitAsync(ServerHarness.Patience);

        Assert.Equal(1, process.ExitCode);
        Assert.Equal(
            [
                "The server cannot start:",
                "- There is no setting Engine:KvSlot. Did you mean Engine:KvSlots?",
                "- ASPNETCORE_URLS is not read. Say where to listen with --host and --port, or with Kestrel__Endpoints__Rest__Url and Kestrel__Endpoints__Grpc__Url.",
                "- There is no setting Engien__KvSlots. Did you mean Engine__KvSlots?",
                "- There is no environment variable LOOPLM_KvSlots. Settings are written like Engine__KvSlots; a key like LOOPLM_API_KEY.",
                "- There is no setting Modles__0__Path. Did you mean Models__0__Path?",
                "- LOOPLM_API_KEY must have 1 to 1024 visible ASCII characters, without spaces.",
            ],
            problems.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("http://localhost:8080", "http://localhost:8081")]
    [InlineData("http://localhost:9000", "http://localhost:9001", "--port", "9000")]
    [InlineData("http://localhost:0", "http://localhost:0", "--port=0")]
    [InlineData("http://localhost:9000", "http://localhost:7", "--port=9000", "--grpc-port=7")]
    [InlineData("http://localhost:8080", "http://localhost:7", "--grpc-port=7")]
    [InlineData("http://0.0.0.0:8080", "http://0.0.0.0:8081", "--host=0.0.0.0")]
    [InlineData("http://*:9000", "http://*:9001", "--host=*", "--PORT=9000")]
    [InlineData("http://[::1]:8080", "http://[::1]:8081", "--host=::1")]
    public void Shorthands_Addresses_ChangeWhatTheySay(string rest, string grpc, params string[] arguments)
    {
        var settings = Shorthands(arguments, (Rest, "http://localhost:8080"), (Grpc, "http://localhost:8081"));

        Assert.Equal((rest, grpc), (settings[Rest], settings[Grpc]));
    }

    [Fact]
    public void Shorthands_PortWhereTheHostIsConfigured_LeavesTheHost()
    {
        var settings = Shorthands(["--port=9000"], (Rest, "https://*:8080"), (Grpc, "http://127.0.0.1:8081"));

        Assert.Equal(("https://*:9000", "http://127.0.0.1:9001"), (settings[Rest], settings[Grpc]));
    }

    [Fact]
    public async Task Build_ApiKeys_AreKnownBesideThoseOfTheSettings()
    {
        string[] arguments = ServerHarness.Arguments(
            "--Auth:Keys:0:Name=a", $"--Auth:Keys:0:Sha256={Convert.ToHexString(ApiKeyOptions.Hash("first"))}",
            "--api-key", "second", "--api-key=third", "--api-key=third");
        await using var app = ServerApplication.Build(arguments, new ModelRunners());
        var clients = app.Services.GetRequiredService<KeyClients>();

        Assert.Equal(["a", "api-key", "api-key-2", null],
            new[] { "first", "second", "third", "fourth" }.Select(key => clients.Find(new HeaderDictionary { ["x-api-key"] = key })?.Name));
        Assert.DoesNotContain("second", ((IConfigurationRoot)app.Configuration).GetDebugView(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "--api-key KEY")]
    [InlineData("-h", "--port PORT")]
    [InlineData("--version", "LoopLM.Server ")]
    public async Task Process_AskedWhatItIs_SaysSoAndEndsWithZero(string argument, string text)
    {
        using var process = Start([argument, "--Engine:KvSlot=1"]);

        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(ServerHarness.Patience);
        await process.WaitForExitAsync().WaitAsync(ServerHarness.Patience);

        Assert.Equal(0, process.ExitCode);
        Assert.Contains(text, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_PortInUse_EndsWithOneAndOneLineBeforeAnyModelLoads()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var process = Start(
            ["--host=127.0.0.1", "--port", $"{((IPEndPoint)taken.LocalEndpoint).Port}",
                "--grpc-port=0", "--Serilog:MinimumLevel:Default=Information"]);

        var errors = await process.StandardError.ReadToEndAsync().WaitAsync(ServerHarness.Patience);
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(ServerHarness.Patience);
        await process.WaitForExitAsync().WaitAsync(ServerHarness.Patience);

        Assert.Equal(1, process.ExitCode);
        Assert.Matches("^The server cannot start:\n- .*address already in use.*--port.*\n$", errors);
        Assert.DoesNotMatch("   at |CPU runner", output);
    }

    private static List<string> Problems(string[] arguments) =>
        ServerApplication.Reasons(Assert.Throws<OptionsValidationException>(() => ServerApplication.Build(
            ServerHarness.Arguments(arguments),
            new ModelRunners(("none", (_, _) => new TestRunnerFactory(_ => throw new NotSupportedException()))))));

    private static ConfigurationManager Shorthands(string[] arguments, params (string Name, string Value)[] before)
    {
        var line = new CommandLine(arguments);
        var problems = new List<string>();
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(before.ToDictionary(each => each.Name, each => (string?)each.Value));
        configuration.AddInMemoryCollection(ShorthandSettings.Read(line, configuration, problems));
        Assert.Empty(problems.Concat(line.Problems));
        return configuration;
    }

    private static Process Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "LoopLM.Server.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
