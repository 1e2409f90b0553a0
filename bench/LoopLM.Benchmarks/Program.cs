using BenchmarkDotNet.Running;
using LoopLM.Benchmarks;
using LoopLM.Benchmarks.StructuredOutput;

// structured-output SCHEMAS TEXT... measures the masks of a file of schemas; anything else chooses micro-benchmarks.
if (args is ["structured-output", var schemas, .. var texts])
{
    MaskBenchmark.Run(schemas, texts);
    return 0;
}

return AllocationBudget.IsKept(BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args)) ? 0 : 1;
