namespace LoopLM.Server.Tests;

/// <summary>Holds the engine up before its next loop until it is let go.</summary>
internal sealed class Hold : IDisposable
{
    private readonly ManualResetEventSlim _held = new();
    private readonly ManualResetEventSlim _go = new();

    public Hold(SpellingRunner runner) => runner.BeforeLoop = _ =>
    {
        Loops++;
        _held.Set();
        _go.Wait(ServerHarness.Patience);
    };

    /// <summary>Loop passes that have begun.</summary>
    public int Loops { get; private set; }

    public void WaitUntilHeld() => Assert.True(_held.Wait(ServerHarness.Patience));

    public void LetGo() => _go.Set();

    public void Dispose()
    {
        _held.Dispose();
        _go.Dispose();
    }
}
