using LoopLM.Checkpoints;
using LoopLM.Cpu.Runners;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;
using LoopLM.Text.Decoding;
using LoopLM.Text.Tokenization;
using Microsoft.Extensions.Logging.Abstractions;

if (args is not [var folder, var prompt])
{
    Console.Error.WriteLine("Usage: EmbeddedEngine CHECKPOINT PROMPT");
    return 1;
}

using var checkpoint = Checkpoint.Open(folder);
var tokenizer = ByteLevelBpeTokenizer.Load(Path.Combine(folder, "tokenizer.json"));
var options = new EngineOptions { MaxSequences = 4, MaxRows = 64, KvSlots = 4 * checkpoint.Config.ContextLength };
using var metrics = new EngineMetrics();
await using var engine = new InferenceEngine(
    checkpoint.Folder,
    () => new CpuModelRunner(checkpoint, new RunnerCapacity(options.MaxRows, options.KvSlots), new CpuRunnerOptions()),
    options,
    metrics,
    ExitPolicies.BuiltIn,
    TimeProvider.System,
    NullLogger<InferenceEngine>.Instance);
engine.Start();
await engine.Opened;

var request = new GenerationRequest
{
    Prompt = tokenizer.EncodeToIds(prompt).ToArray(),
    MaxTokens = 60,
    StopTokens = checkpoint.Config.EndOfTextTokens,
};
if (!engine.TrySubmit(request, out var generation, out var rejection))
{
    Console.Error.WriteLine(rejection.Message);
    return 1;
}

var decoder = new IncrementalDecoder(tokenizer);
await foreach (var next in generation.Events.ReadAllAsync())
{
    if (next.Kind == GenerationEventKind.Token)
    {
        Console.Write(decoder.Append(next.Token));
    }
    else if (next.Kind == GenerationEventKind.Failed)
    {
        Console.Error.WriteLine(next.Error);
        return 1;
    }
}

Console.WriteLine(decoder.Flush());
return 0;
