using LoopLM.Checkpoints;
using LoopLM.Cpu.Runners;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;
using LoopLM.Samples.ExitPolicy;
using LoopLM.Text.Tokenization;

if (args is not [var folder, var prompt])
{
    Console.Error.WriteLine("Usage: ExitPolicy CHECKPOINT PROMPT");
    return 1;
}

using var checkpoint = Checkpoint.Open(folder);
var tokenizer = ByteLevelBpeTokenizer.Load(Path.Combine(folder, "tokenizer.json"));
IExitPolicy[] policies = [new QExitPolicy(), new SettledPolicy()];
var options = new EngineOptions { MaxSequences = policies.Length, MaxRows = 64, KvSlots = 4 * checkpoint.Config.ContextLength };
using var metrics = new EngineMetrics();
using var engine = new EngineCore(
    new CpuModelRunner(checkpoint, new RunnerCapacity(options.MaxRows, options.KvSlots), new CpuRunnerOptions()),
    options,
    metrics,
    new ExitPolicies(policies));

var generations = policies.Select(policy => Submit(policy.Name)).ToList();
while (engine.Tick())
{
}

foreach (var (policy, generation) in policies.Zip(generations))
{
    Console.Write($"{policy.Name}: ");
    while (generation.Events.TryRead(out var next))
    {
        if (next.Kind == GenerationEventKind.Token)
        {
            Console.Write($"{tokenizer.Decode([next.Token])}@{next.ExitStep}");
        }
    }

    Console.WriteLine();
}

return 0;

Generation Submit(string policy)
{
    var request = new GenerationRequest
    {
        Prompt = tokenizer.EncodeToIds(prompt).ToArray(),
        MaxTokens = 16,
        StopTokens = checkpoint.Config.EndOfTextTokens,
        Exit = new ExitSettings { Policy = policy },
    };
    return engine.TrySubmit(request, out var generation, out var rejection)
        ? generation
        : throw new ArgumentException(rejection.Message.ToString());
}
