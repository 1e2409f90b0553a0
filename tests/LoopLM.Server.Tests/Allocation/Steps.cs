namespace LoopLM.Server.Tests.Allocation;

/// <summary>Lets the engine run the loops of a token when its reader is ready for one, so that no events pile up.</summary>
internal sealed class Steps : IDisposable
{
    private readonly SpellingRunner _runner;
    private readonly SemaphoreSlim _loops = new(0);

    public Steps(SpellingRunner runner)
    {
        _runner = runner;
        runner.BeforeLoop = _ => _loops.Wait(ServerHarness.Patience);
    }

    /// <summary>Allows one more token of every sequence.</summary>
    public void Take() => _loops.Release(SpellingRunner.Loops);

    /// <summary>Lets the engine go on alone.</summary>
    public void Dispose()
    {
        _runner.BeforeLoop = null;
        Take();
    }
}
