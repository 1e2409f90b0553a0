using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoopLM.Testing;

namespace LoopLM.Text.Tests.Tokenization;

/// <summary>
/// Hugging Face's Rust tokenizers in one Node process, started by the first request. A test that asks it is skipped
/// where Node is absent or <c>npm ci</c> has not run in the folder <c>oracle</c>.
/// </summary>
public sealed class HuggingFaceOracle : IDisposable
{
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromMinutes(2);

    private readonly Lazy<Process> _process = new(Start);

    /// <summary>The tokens of each text; special tokens in it are recognised.</summary>
    public Task<int[][]> EncodeAsync(string tokenizerJson, IReadOnlyList<string> texts) =>
        AskAsync<int[][]>(tokenizerJson, ("encode", JsonSerializer.SerializeToNode(texts)!));

    public Task<string[]> DecodeAsync(string tokenizerJson, IReadOnlyList<int[]> ids, bool skipSpecialTokens) =>
        AskAsync<string[]>(tokenizerJson, ("decode", JsonSerializer.SerializeToNode(ids)!), ("skip", skipSpecialTokens));

    public void Dispose()
    {
        if (_process.IsValueCreated)
        {
            _process.Value.Kill();
            _process.Value.Dispose();
        }
    }

    private async Task<T> AskAsync<T>(string tokenizerJson, params (string Name, JsonNode Value)[] members)
    {
        var request = new JsonObject { ["tokenizer"] = tokenizerJson };
        foreach (var (name, value) in members)
        {
            request.Add(name, value);
        }

        var process = _process.Value;
        await process.StandardInput.WriteLineAsync(request.ToJsonString()).WaitAsync(s_answerTimeout);
        await process.StandardInput.FlushAsync().WaitAsync(s_answerTimeout);
        var answer = await process.StandardOutput.ReadLineAsync().WaitAsync(s_answerTimeout);
        Assert.True(answer is not null, "The oracle ended; what it wrote to the error stream stands above");
        return JsonSerializer.Deserialize<T>(answer!)!;
    }

    private static Process Start()
    {
        var folder = Path.Combine(TestData.Root, "tests", "LoopLM.Text.Tests", "oracle");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules")), $"npm ci has not run in {folder}");
        try
        {
            return Process.Start(new ProcessStartInfo("node", "encode.mjs")
            {
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("node is not installed");
            throw;
        }
    }
}
