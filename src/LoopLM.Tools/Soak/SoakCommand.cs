using System.CommandLine;
using Microsoft.Extensions.Options;
using Spectre.Console;

namespace LoopLM.Tools.Soak;

/// <summary><c>looplm soak</c>: mixed load on a server, some of it in bad manners, and an audit after it.</summary>
internal static class SoakCommand
{
    /// <summary>Creates the command.</summary>
    /// <param name="console">Where to print.</param>
    public static Command Create(IAnsiConsole console)
    {
        var url = new Option<string?>("--url") { Description = "The REST API of a server that runs, such as http://127.0.0.1:8080." };
        var grpc = new Option<string?>("--grpc") { Description = "Its gRPC address. Default: REST alone." };
        var key = new Option<string?>("--key")
        {
            Description = "A key of that server.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("LOOPLM_API_KEY"),
        };
        var process = new Option<int?>("--pid") { Description = "Its process on this machine, whose descriptors are counted." };
        var faults = new Option<string?>("--faults")
        {
            Description =
                "Instead of --url: a checkpoint's folder. A server starts over a runner that throws, yields NaN, hangs, "
                    + "and in the end loses its device.",
        };
        var minutes = new Option<double?>("--minutes") { Description = "How long. Default, where --calls is not given: 10." };
        var calls = new Option<int?>("--calls") { Description = "Calls of each client." };
        var clients = new Option<int>("--clients") { Description = "Clients at once.", DefaultValueFactory = _ => 8 };
        var seed = new Option<int>("--seed") { Description = "Seed of what is asked, and in which manner.", DefaultValueFactory = _ => 1 };
        var command = new Command(
            "soak", "Put mixed load on a server for long, and audit that nothing was lost, left over or answered in two ways.")
        {
            url, grpc, key, process, faults, minutes, calls, clients, seed,
        };
        command.SetAction(async (result, _) =>
        {
            try
            {
                if ((result.GetValue(url) is null) == (result.GetValue(faults) is null))
                {
                    throw new ArgumentException("Either --url or --faults must be given.");
                }

                await using var server = result.GetValue(faults) is { } model ? await FaultyServer.StartAsync(model) : null;
                var report = await SoakRun.RunAsync(
                    new SoakOptions
                    {
                        Rest = server?.Rest ?? new Uri(result.GetValue(url)!),
                        Grpc = server?.Grpc ?? (result.GetValue(grpc) is { } address ? new Uri(address) : null),
                        Key = server is null ? result.GetValue(key) : null,
                        Process = server is null ? result.GetValue(process) : Environment.ProcessId,
                        Calls = result.GetValue(calls),
                        Duration = result.GetValue(minutes) is { } given ? TimeSpan.FromMinutes(given)
                            : result.GetValue(calls) is null ? TimeSpan.FromMinutes(10)
                            : null,
                        Clients = result.GetValue(clients),
                        Seed = result.GetValue(seed),
                        Faults = server is not null,
                    },
                    server is null ? null : server.LoseDeviceAsync);
                Print(report, console.Profile.Out.Writer);
                return report.Problems.Count == 0 ? 0 : 1;
            }
            catch (Exception exception) when (exception is ArgumentException or FormatException
                or HttpRequestException or IOException or OptionsValidationException)
            {
                console.Profile.Out.Writer.WriteLine(exception.Message);
                return 1;
            }
        });
        return command;
    }

    private static void Print(SoakReport report, TextWriter writer)
    {
        foreach (var line in report.Lines)
        {
            writer.WriteLine(line);
        }

        writer.WriteLine(report.Problems.Count == 0 ? "Nothing is wrong." : $"{report.Problems.Count} wrong:");
        foreach (var problem in report.Problems)
        {
            writer.WriteLine($"- {problem}");
        }
    }
}
