using LoopLM.Models;
using LoopLM.Server.Hosting;

return await ServerApplication.RunAsync(args, ModelRunners.BuiltIn);
