using LoopLM.Checkpoints.Safetensors;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Runners;
using LoopLM.Server.Hosting;
using LoopLM.Torch.Runners;

var runners = new Runners(
    ("cpu", (checkpoint, capacity, settings) => new CpuModelRunner(checkpoint, capacity, CpuOptions(settings))),
    ("torch", (checkpoint, capacity, settings) => new TorchModelRunner(checkpoint, capacity, TorchOptions(settings))))
{
    Measures = new Dictionary<string, RunnerMeasure>
    {
        ["cpu"] = (checkpoint, capacity, settings) => CpuModelRunner.MemoryOf(checkpoint, capacity, CpuOptions(settings)),
        ["torch"] = (checkpoint, capacity, settings) => TorchModelRunner.MemoryOf(checkpoint, capacity, TorchOptions(settings)),
    },
};

return await ServerApplication.RunAsync(args, runners);

static CpuRunnerOptions CpuOptions(RunnerSettings settings) => new()
{
    Weights = Enum.Parse<WeightType>(settings.Model.Weights, ignoreCase: true),
    Kv = Enum.Parse<KvType>(settings.Kv.Type, ignoreCase: true),
    Threads = settings.Model.Threads,
    Logger = settings.Logger,
};

static TorchRunnerOptions TorchOptions(RunnerSettings settings) => new()
{
    Device = settings.Model.Device,
    DataType = settings.Model.Weights switch
    {
        "float32" => ElementType.Float32,
        "bfloat16" => ElementType.BFloat16,
        "auto" => null,
        _ => throw new ArgumentException($"Model:Weights is {settings.Model.Weights}; the torch runner has float32 and bfloat16. Choose one of them, or Model:Runner=cpu."),
    },
    Threads = settings.Model.Threads,
};
