using LoopLM.Engine.Requests;
using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;
using LoopLM.Server.TextGeneration;
using LoopLM.Server.Work;
using LoopLM.StructuredOutput;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Tests.TextGeneration;

public sealed class GrammarCacheTests
{
    private static readonly OutputFormat s_format = new("guided_regex", new TextForm.Pattern("a"));
    private static readonly CompiledForm s_refused = new(null, null, RequestErrorKind.InvalidValue, "no");

    [Fact]
    public async Task GetAsync_RefusedBefore_IsNotCompiledAgain()
    {
        await using var server = await ServerHarness.StartAsync();

        var (first, second) = (await GetAsync(server, (_, _) => s_refused), await GetAsync(server, (_, _) => throw new InvalidOperationException()));

        Assert.Equal((s_refused, s_refused), (first, second));
        Assert.True(server.Service<GrammarCache>().Statistics.CurrentEstimatedSize > 0);
    }

    [Fact]
    public async Task GetAsync_SeveralAtOnce_AreCompiledOnce()
    {
        await using var server = await ServerHarness.StartAsync();
        using var compilation = new HeldCompilation();

        var all = Enumerable.Range(0, 5).Select(_ => GetAsync(server, compilation.Compile)).ToList();
        compilation.LetGo();

        Assert.Equal(Enumerable.Repeat(s_refused, 5), await Task.WhenAll(all).WaitAsync(ServerHarness.Patience));
        Assert.Equal(1, compilation.Count);
    }

    [Fact]
    public async Task GetAsync_EveryoneGoesAway_EndsTheWork()
    {
        await using var server = await ServerHarness.StartAsync();
        using var compilation = new HeldCompilation();
        using var leave = new CancellationTokenSource();
        Task[] all = [GetAsync(server, compilation.Compile, leave.Token), GetAsync(server, compilation.Compile, leave.Token)];
        compilation.WaitUntilHeld();

        await leave.CancelAsync();

        foreach (var each in all)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => each);
        }

        Assert.True(compilation.Cancellation.WaitHandle.WaitOne(ServerHarness.Patience));
    }

    [Fact]
    public async Task GetAsync_OneOfTwoGoesAway_TheOtherGetsTheResult()
    {
        await using var server = await ServerHarness.StartAsync();
        using var compilation = new HeldCompilation();
        using var leave = new CancellationTokenSource();
        var gone = GetAsync(server, compilation.Compile, leave.Token);
        var stays = GetAsync(server, compilation.Compile);
        compilation.WaitUntilHeld();

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        var cancelled = compilation.Cancellation.IsCancellationRequested;
        compilation.LetGo();

        Assert.Equal((false, s_refused), (cancelled, await stays.WaitAsync(ServerHarness.Patience)));
    }

    [Fact]
    public async Task GetAsync_CameAfterEveryoneWentAway_IsCompiledAnew()
    {
        await using var server = await ServerHarness.StartAsync(settings: "--Limits:WorkThreads=2");
        using var compilation = new HeldCompilation();
        using var leave = new CancellationTokenSource();
        var gone = GetAsync(server, compilation.Compile, leave.Token);
        compilation.WaitUntilHeld();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);

        Assert.Equal(s_refused, await GetAsync(server, (_, _) => s_refused).WaitAsync(ServerHarness.Patience));
    }

    [Fact]
    public async Task GetAsync_FailsAfterEveryoneWentAway_IsLoggedOnceWithoutTheMessage()
    {
        await using var server = await ServerHarness.StartAsync();
        var log = new LogLines<GrammarCache>();
        using var cache = new GrammarCache(server.Service<IOptions<LimitOptions>>(), server.Service<RequestWork>(), log);
        using var held = new ManualResetEventSlim();
        using var leave = new CancellationTokenSource();
        var gone = cache.GetAsync(server.Models.Default, s_format, Compile, RequestClient.Local, leave.Token).AsTask();
        Assert.True(held.Wait(ServerHarness.Patience));

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);

        Assert.True(SpinWait.SpinUntil(() => log.Lines.Count > 0, ServerHarness.Patience));
        var line = Assert.Single(log.Lines);
        Assert.StartsWith(
            "A form that nobody waits for any more could not be compiled: System.InvalidOperationException", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);

        CompiledForm Compile(OutputFormat format, CancellationToken cancellation)
        {
            held.Set();
            Assert.True(cancellation.WaitHandle.WaitOne(ServerHarness.Patience));
            throw new InvalidOperationException("secret");
        }
    }

    private static async Task<CompiledForm> GetAsync(
        ServerHarness server, Func<OutputFormat, CancellationToken, CompiledForm> compile, CancellationToken cancellation = default)
    {
        var result = await server.Service<GrammarCache>().GetAsync(server.Models.Default, s_format, compile, RequestClient.Local, cancellation);
        Assert.True(result.TryGet(out var compiled, out var error), error?.Message.ToString());
        return compiled;
    }

    /// <summary>A compilation that waits until a test lets it go, or it is cancelled.</summary>
    private sealed class HeldCompilation : IDisposable
    {
        private readonly ManualResetEventSlim _held = new();
        private readonly ManualResetEventSlim _gate = new();

        public int Count { get; private set; }

        public CancellationToken Cancellation { get; private set; }

        public CompiledForm Compile(OutputFormat format, CancellationToken cancellation)
        {
            Count++;
            Cancellation = cancellation;
            _held.Set();
            Assert.True(_gate.Wait(ServerHarness.Patience, cancellation));
            return s_refused;
        }

        public void WaitUntilHeld() => Assert.True(_held.Wait(ServerHarness.Patience));

        public void LetGo() => _gate.Set();

        public void Dispose() => _gate.Set();
    }
}
