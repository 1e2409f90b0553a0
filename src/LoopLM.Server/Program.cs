using LoopLM.Checkpoints.Safetensors;
using LoopLM.Server.Hosting;
using LoopLM.Torch.Runners;

var runners = new Runners(
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
