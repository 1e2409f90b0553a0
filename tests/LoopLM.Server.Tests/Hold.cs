namespace LoopLM.Server.Tests;

/// <summary>Holds the engine up before its next loop, or that of a later token, until it is let go.</summary>
internal sealed class Hold : IDisposable
{
    private readonly ManualResetEventSlim _held = new();
    private readonly ManualResetEventSlim _go = new();

    /// <summary>Holds the engine up at the loops of a position and those after it.</summary>
    public Hold(SpellingRunner runner, int position = 0) => runner.BeforeLoop = batch =>
    {
        if (batch.Rows[0].Position >= position)
        {
            Loops++;
            _held.Set();
            _go.Wait(ServerHarness.Patience);
        }
    };

    /// <summary>Loop passes of that position and those after it that have begun.</summary>
    public int Loops { get; private set; }

    public void WaitUntilHeld() => Assert.True(_held.Wait(ServerHarness.Patience));

    public void LetGo() => _go.Set();

    public void Dispose()
    {
        _held.Dispose();
        _go.Dispose();
    }
}
