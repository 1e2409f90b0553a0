using System.Diagnostics;
using System.Text.Json;

namespace LoopLM.Server.Tests.Clients;

/// <summary>
/// The command line client Codex, whose requests hold tools of several types and a long prompt. Skipped where its package is absent.
/// </summary>
public sealed class CodexTests : IDisposable
{
    private const int ContextLength = 131072;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly string s_program = Path.Combine(TestData.Root, "tests", "clients", "codex", "node_modules", ".bin", "codex");

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("looplm-codex-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task Exec_Prompt_PrintsTheAnswer()
    {
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await StartAsync(model, "Hello.");

        var items = await ExecuteAsync(server);

        Assert.Contains(items, item => item is { Type: "agent_message", Text: "Hello." });
    }

    [Fact]
    public async Task Exec_ModelCallsATool_RunsItAndSendsTheResult()
    {
        const string call = """<tool_call>{"name":"exec_command","arguments":{"cmd":"echo $((6*7))"}}</tool_call>""";
        using var model = new TemplatedModel(TemplatedModel.Talkative);
        await using var server = await StartAsync(model, call);
        var sequences = new HashSet<int>();

        // The model would call the tool again and again; the third sequence fails.
        server.Runner.BeforeLoop = batch =>
        {
            sequences.Add(batch.Rows[0].Sequence);
            if (sequences.Count > 2)
            {
                throw new InvalidOperationException("broken");
            }
        };

        var items = await ExecuteAsync(server);

        Assert.Contains(items, item => item is { Type: "command_execution", Text: "42\n" });
    }

    private static Task<ServerHarness> StartAsync(TemplatedModel model, string text) => ServerHarness.StartAsync(
        text: text, contextLength: ContextLength,
        settings: [model.Setting, $"--Engine:KvSlots={4 * ContextLength}", $"--Limits:MaxBodyBytes={16 << 20}"]);

    /// <summary>Runs one prompt without a terminal, and gives the items that were completed.</summary>
    private async Task<List<(string? Type, string? Text)>> ExecuteAsync(ServerHarness server)
    {
        Assert.SkipUnless(File.Exists(s_program), "npm ci has not run in tests/clients/codex");
        var url = new Uri(server.Rest.BaseAddress!, "v1");
        string[] settings =
        [
            "model_provider=looplm",
            $$"""model_providers.looplm={name="looplm", base_url="{{url}}", wire_api="responses", request_max_retries=0, stream_max_retries=0}""",
            "analytics.enabled=false",
            "check_for_update_on_startup=false",
        ];
        var start = new ProcessStartInfo(s_program)
        {
            WorkingDirectory = _home.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["CODEX_HOME"] = _home.FullName },
        };
        string[] arguments = ["exec", "--json", "--ephemeral", "--skip-git-repo-check",
            "--dangerously-bypass-approvals-and-sandbox", "-m", server.ModelName];
        foreach (var argument in (string[])[.. arguments, .. settings.SelectMany(setting => (string[])["-c", setting]), "Hi"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(s_patience);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{await output}\n{await errors}");
        return
        [
            .. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonElement.Parse(line))
                .Where(each => each.GetProperty("type").GetString() == "item.completed")
                .Select(each => each.GetProperty("item"))
                .Select(item => (Text(item, "type"), Text(item, "text") ?? Text(item, "aggregated_output"))),
        ];
    }

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.GetString() : null;
}
