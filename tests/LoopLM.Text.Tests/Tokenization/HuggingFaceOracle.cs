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
    private readonly OracleProcess _process = OracleProcess.Node("encode.mjs", "LoopLM.Text.Tests", "oracle");

    /// <summary>The tokens of each text; special tokens in it are recognised.</summary>
    public Task<int[][]> EncodeAsync(string tokenizerJson, IReadOnlyList<string> texts) => _process.AskAsync<int[][]>(new JsonObject
    {
        ["tokenizer"] = tokenizerJson,
        ["encode"] = JsonSerializer.SerializeToNode(texts),
    });

    public Task<string[]> DecodeAsync(string tokenizerJson, IReadOnlyList<int[]> ids, bool skipSpecialTokens) =>
        _process.AskAsync<string[]>(new JsonObject
        {
            ["tokenizer"] = tokenizerJson,
            ["decode"] = JsonSerializer.SerializeToNode(ids),
            ["skip"] = skipSpecialTokens,
        });

    public void Dispose() => _process.Dispose();
}
