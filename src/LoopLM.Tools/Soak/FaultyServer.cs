using LoopLM.Models;
using LoopLM.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace LoopLM.Tools.Soak;

/// <summary>
/// The whole server in this process, on free ports, over a <see cref="FaultyRunner"/>. It serves a checkpoint's tokenizer and templates.
/// </summary>
internal sealed class FaultyServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private FaultyRunner? _runner;

    private FaultyServer(string model)
    {
        _app = ServerApplication.Build(
            [
                $"--Model:Path={model}", "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0",
                "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0", "--Serilog:MinimumLevel:Default=Fatal",
                "--Serilog:MinimumLevel:Override:Microsoft.AspNetCore=Fatal", "--Serilog:MinimumLevel:Override:Grpc=Fatal",
            ],
            new ModelRunners(
                ("faulty", (checkpoint, _) => new FaultyRunnerFactory(checkpoint.Config.VocabularySize, runner => _runner = runner))));
    }

    /// <summary>Where REST is.</summary>
    public Uri Rest => Address(1);

    /// <summary>Where gRPC is.</summary>
    public Uri Grpc => Address(0);

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="model">Folder of a checkpoint.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The model cannot be served.</exception>
    public static async Task<FaultyServer> StartAsync(string model)
    {
        var server = new FaultyServer(model);
        await server._app.StartAsync();
        using var http = new HttpClient { BaseAddress = server.Rest };
        while (!(await http.GetAsync("/health/ready")).IsSuccessStatusCode)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }

        return server;
    }

    /// <summary>
    /// Loses the runner's device, and checks that every request is refused from then on and that the server is not ready.
    /// </summary>
    public async Task LoseDeviceAsync(SoakTally tally)
    {
        const string kind = "device lost";
        _runner!.LoseDevice();
        using var http = new HttpClient { BaseAddress = Rest };
        for (var call = 0; call < 4; call++)
        {
            using var content = new StringContent("""{"prompt":"a","max_tokens":4}""", System.Text.Encoding.UTF8, "application/json");
            using var response = await http.PostAsync("/v1/completions", content);
            tally.Uncounted(kind, $"{(int)response.StatusCode}", 1);
            if ((int)response.StatusCode < 500 || (call > 0 && (int)response.StatusCode != 503))
            {
                tally.Problem($"Call {call} after the loss of the device is answered with {(int)response.StatusCode}.");
            }
        }

        using var ready = await http.GetAsync("/health/ready");
        tally.End(kind, $"ready {(int)ready.StatusCode}");
        if (ready.IsSuccessStatusCode)
        {
            tally.Problem("The server is ready without a device.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    // Kestrel opens its endpoints in the order of their names: Grpc, Rest.
    private Uri Address(int index) =>
        new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(index));
}
