using LoopLM.Checkpoints.Safetensors;
using LoopLM.Cpu.Runners;
using LoopLM.Server.Hosting;
using LoopLM.Torch.Runners;

var runners = new Runners(
    ("cpu", (checkpoint, capacity, options) => new CpuModelRunner(checkpoint, capacity, new CpuRunnerOptions
    {
        Weights = Enum.Parse<WeightType>(options.Weights, ignoreCase: true),
        Kv = Enum.Parse<KvType>(options.KvType, ignoreCase: true),
        Report = Console.Out.WriteLine,
        Threads = options.Threads,
    })),
    ("torch", (checkpoint, capacity, options) => new TorchModelRunner(checkpoint, capacity, new TorchRunnerOptions
    {
        Device = options.Device,
        DataType = options.Weights switch
        {
            "float32" => ElementType.Float32,
            "bfloat16" => ElementType.BFloat16,
            "auto" => null,
            _ => throw new ArgumentException($"Model:Weights is {options.Weights}; the torch runner has float32 and bfloat16. Choose one of them, or Model:Runner=cpu."),
        },
        Threads = options.Threads,
    })));

return await ServerApplication.RunAsync(args, runners);
