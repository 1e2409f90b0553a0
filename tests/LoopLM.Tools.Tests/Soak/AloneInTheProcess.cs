namespace LoopLM.Tools.Tests.Soak;

/// <summary>
/// Tests that count what a server's metrics say: those of every engine in the process go into them, so nothing may run beside.
/// </summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class AloneInTheProcess;
