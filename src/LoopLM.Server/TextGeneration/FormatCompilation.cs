using LoopLM.Server.Errors;

namespace LoopLM.Server.TextGeneration;

/// <summary>The compilation of a format that is under way, and for how many requests. <see cref="GrammarCache"/> owns it.</summary>
/// <param name="cancellation">Ends it. Without a timer there is nothing to dispose of.</param>
internal sealed class FormatCompilation(CancellationTokenSource cancellation)
{
    /// <summary>Requests that wait for it.</summary>
    public int Waiting { get; set; }

    /// <summary>Set once nobody waits for it any more.</summary>
    public CancellationToken Cancellation => cancellation.Token;

    /// <summary>What it gives; set right after it was created.</summary>
    public Task<Result<CompiledFormat>> Result { get; set; } = Task.FromCanceled<Result<CompiledFormat>>(
        new CancellationToken(canceled: true));

    /// <summary>Ends it.</summary>
    public void Cancel() => cancellation.Cancel();
}
