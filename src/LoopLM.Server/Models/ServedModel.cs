using System.Collections.Frozen;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Checkpoints.Files;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;
using LoopLM.Models;
using LoopLM.Server.Configuration;
using LoopLM.Server.Replies;
using LoopLM.Server.Replies.Calls;
using LoopLM.StructuredOutput;
using LoopLM.Text.Templates;
using LoopLM.Text.Tokenization;

namespace LoopLM.Server.Models;

/// <summary>A model that requests can name: its checkpoint, its tokenizer and the engine that runs it.</summary>
internal sealed class ServedModel : IAsyncDisposable
{
    private readonly Lazy<(TokenTrie? Tokens, string? Problem)> _constraintTokens;
    private readonly Lazy<(TokenTrie? Tokens, string? Problem)> _callTokens;
    private readonly FrozenSet<int> _thoughtMarks;
    private readonly FrozenSet<int> _marks;

    private readonly ModelFiles _files;

    private ServedModel(ModelSettings settings, ModelFiles files, IModelRunnerFactory runnerFactory, InferenceEngine engine)
    {
        (Settings, _files, RunnerFactory, Engine) = (settings, files, runnerFactory, engine);
        Name = settings.Model.NameOrFolder;
        Created = File.GetLastWriteTimeUtc(Path.Combine(Checkpoint.Folder, "config.json"));
        Fingerprint = SystemFingerprint.Of(Checkpoint, settings);
        SamplingDefaults = new(settings.Model.Sampling, Generation);
        TurnEnds = [.. ChatTemplate.TurnEnds.Select(token => Tokenizer.TryGetTokenId(token, out var id) ? id : -1).Where(id => id >= 0)];
        EndOfTextTokens = [.. Checkpoint.Config.EndOfTextTokens.Union(Generation.EndOfTextTokens)];
        ToolCalls = ToolCallFormats.Of(settings.Model.ToolCallFormat, ChatTemplate);
        _thoughtMarks = SpecialTokens(ChatTemplate.MarksThoughts ? [ReplyFormat.ThoughtStart, ReplyFormat.ThoughtEnd] : []);
        _marks = [.. _thoughtMarks, .. SpecialTokens([.. ToolCalls?.Marks ?? [], .. ToolCalls?.OtherMarks ?? []])];
        _constraintTokens = new(() => CreateTrie(FrozenSet<int>.Empty));
        _callTokens = new(() => _marks.Count == 0 ? ConstraintTokens : CreateTrie(_marks));
    }

    /// <summary>How it is served.</summary>
    public ModelSettings Settings { get; }

    /// <summary>Name in the API.</summary>
    public string Name { get; }

    /// <summary>Its weights and configuration.</summary>
    public Checkpoint Checkpoint => _files.Checkpoint;

    /// <summary>The files beside the weights, as they were before they were read, those that were not there among them.</summary>
    public IReadOnlyList<WatchedFile> ReadFiles => _files.Read;

    /// <summary>Its tokenizer.</summary>
    public ByteLevelBpeTokenizer Tokenizer => _files.Tokenizer;

    /// <summary>How it wants conversations to be written.</summary>
    public ChatTemplate ChatTemplate => _files.ChatTemplate;

    /// <summary>What its checkpoint says about its answers.</summary>
    public GenerationConfig Generation => _files.Generation;

    /// <summary>How its tokens are chosen where a request does not say.</summary>
    public SamplingDefaults SamplingDefaults { get; }

    /// <summary>The tokens that end a text, by its configuration and by what its checkpoint says about answers.</summary>
    public int[] EndOfTextTokens { get; }

    /// <summary>The special tokens with which its chat template ends a turn.</summary>
    public int[] TurnEnds { get; }

    /// <summary>Its tokens as constraints walk them, or why it has none that could be held to one. Made for the first request that needs it: it takes a while for a large vocabulary.</summary>
    public (TokenTrie? Tokens, string? Problem) ConstraintTokens => _constraintTokens.Value;

    /// <summary>The same with the special tokens among the marks of thoughts and calls, for texts in which they are shown.</summary>
    public (TokenTrie? Tokens, string? Problem) CallTokens => _callTokens.Value;

    /// <summary>How it calls tools; null where its template gives it no form for that.</summary>
    public ToolCallFormat? ToolCalls { get; }

    /// <summary>When its configuration was last written.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>The same wherever the same checkpoint gives the same answers.</summary>
    public string Fingerprint { get; }

    /// <summary>Opens its runner.</summary>
    public IModelRunnerFactory RunnerFactory { get; }

    /// <summary>Its engine.</summary>
    public InferenceEngine Engine { get; }

    /// <summary>Whether its runner is not open yet.</summary>
    public bool IsLoading => Engine.Snapshot.Health == EngineHealth.Loading;

    /// <summary>Opens the files of a model and prepares its engine; the weights are read later, by the runner.</summary>
    /// <param name="settings">How it is served.</param>
    /// <param name="createFactory">Makes what opens its runner.</param>
    /// <param name="prepareEngine">Prepares its engine.</param>
    /// <exception cref="ModelProblemsException">Some of the files cannot be used.</exception>
    /// <exception cref="ArgumentException">A setting of the runner cannot be met.</exception>
    public static ServedModel Open(
        ModelSettings settings,
        Func<Checkpoint, IModelRunnerFactory> createFactory,
        Func<IModelRunnerFactory, InferenceEngine> prepareEngine)
    {
        var model = settings.Model;
        var readsGeneration = model.GenerationConfig != "none";
        var files = ModelFiles.Open(model.NameOrFolder, model.Path!, model.ContextLength, readsGeneration);
        try
        {
            var factory = createFactory(files.Checkpoint);
            return new ServedModel(settings, files, factory, prepareEngine(factory));
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>The special tokens among the marks of thoughts, and of calls where those are read: text that is told apart has to show them.</summary>
    public IReadOnlySet<int> Marks(bool withCalls) => withCalls ? _marks : _thoughtMarks;

    /// <summary>Cancels what still runs, and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _files.Dispose();
    }

    private FrozenSet<int> SpecialTokens(string[] texts) =>
        texts.Select(text => Tokenizer.TryGetTokenId(text, out var id) ? id : -1).Where(Tokenizer.IsSpecial).ToFrozenSet();

    private (TokenTrie? Tokens, string? Problem) CreateTrie(IReadOnlySet<int> shown)
    {
        var tokens = TokenTrie.TryCreate(Tokenizer.GetTextBytes(shown), EndOfTextTokens, out var problem);
        return (tokens, problem);
    }
}
