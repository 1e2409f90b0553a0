using LoopLM.Server.Access;
using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Work;

/// <summary>The long work of requests, by kind: each has threads of its own, so that one kind cannot hold up another.</summary>
internal sealed class RequestWork(IOptions<LimitOptions> limits, TimeProvider time) : IDisposable
{
    /// <summary>Chars or bytes of text that are read, encoded or decoded within some milliseconds, wherever that is done.</summary>
    public const int ShortLength = 32 << 10;

    /// <summary>Reading and writing long texts; <see cref="OnTextAsync"/> says which are.</summary>
    public WorkQueue Texts { get; } = new("long texts", limits.Value.WorkThreads, limits.Value.MaxQueuedWork, time);

    /// <summary>Compiling output formats.</summary>
    public WorkQueue Forms { get; } = new("schemas, patterns and choices", limits.Value.WorkThreads, limits.Value.MaxQueuedWork, time);

    /// <summary>Reads or writes text: short ones at once, long ones on a thread for them.</summary>
    /// <param name="caller">Whom it is for.</param>
    /// <param name="length">Chars or bytes of the text.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellation">Ends the wait for a thread.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before the work began, or the work ended so.</exception>
    public async ValueTask<Result<T>> OnTextAsync<T>(Caller caller, long length, Func<T> work, CancellationToken cancellation) =>
        length <= ShortLength ? work() : await Texts.RunAsync(caller.Queue, work, cancellation);

    public void Dispose()
    {
        Forms.Dispose();
        Texts.Dispose();
    }
}
