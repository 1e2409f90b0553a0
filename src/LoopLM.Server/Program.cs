using LoopLM.Checkpoints.Safetensors;
using LoopLM.Cpu.Runners;
using LoopLM.Server.Hosting;
using LoopLM.Torch.Runners;

var runners = new Runners(
    ("cpu", (checkpoint, capacity, options) => new CpuModelRunner(checkpoint, capacity, new CpuRunnerOptions
    {
        Weights = options.Weights switch
        {
            "float32" => WeightType.Float32,
            "bfloat16" => WeightType.BFloat16,
            _ => WeightType.Auto,
        },
        Threads = options.Threads,
    })),
    ("torch", (checkpoint, capacity, options) => new TorchModelRunner(checkpoint, capacity, new TorchRunnerOptions
    {
        Device = options.Device,
        DataType = options.Weights switch
        {
            "float32" => ElementType.Float32,
            "bfloat16" => ElementType.BFloat16,
            _ => null,
        },
        Threads = options.Threads,
    })));

return await ServerApplication.RunAsync(args, runners);
