using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Server.Configuration;
using LoopLM.Server.Generations;
using LoopLM.Text.Constraints;
using LoopLM.Text.Templates;
using LoopLM.Text.Tokenization;

namespace LoopLM.Server.Hosting;

/// <summary>A model that requests can name: its checkpoint, its tokenizer and the engine that runs it.</summary>
internal sealed class ServedModel : IAsyncDisposable
{
    private readonly Lazy<(TokenTrie? Tokens, string? Problem)> _constraintTokens;

    private ServedModel(ModelSettings settings, ModelFiles files, InferenceEngine engine)
    {
        (Settings, Engine) = (settings, engine);
        (Checkpoint, Tokenizer, ChatTemplate, Generation) = (files.Checkpoint, files.Tokenizer, files.ChatTemplate, files.Generation);
        Name = settings.Model.NameOrFolder;
        Created = File.GetLastWriteTimeUtc(Path.Combine(Checkpoint.Folder, "config.json"));
        Fingerprint = SystemFingerprint.Of(Checkpoint, settings);
        SamplingDefaults = new(settings.Model.Sampling, Generation);
        TurnEnds = [.. ChatTemplate.TurnEnds.Select(token => Tokenizer.TryGetTokenId(token, out var id) ? id : -1).Where(id => id >= 0)];
        EndOfTextTokens = [.. Checkpoint.Config.EndOfTextTokens.Union(Generation.EndOfTextTokens)];
        _constraintTokens = new(() =>
        {
            var tokens = TokenTrie.TryCreate(Tokenizer, EndOfTextTokens, out var problem);
            return (tokens, problem);
        });
    }

    /// <summary>How it is served.</summary>
    public ModelSettings Settings { get; }

    /// <summary>Name in the API.</summary>
    public string Name { get; }

    /// <summary>Its weights and configuration.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>Its tokenizer.</summary>
    public ByteLevelBpeTokenizer Tokenizer { get; }

    /// <summary>How it wants conversations to be written.</summary>
    public ChatTemplate ChatTemplate { get; }

    /// <summary>What its checkpoint says about its answers.</summary>
    public GenerationConfig Generation { get; }

    /// <summary>How its tokens are chosen where a request does not say.</summary>
    public SamplingDefaults SamplingDefaults { get; }

    /// <summary>The tokens that end a text, by its configuration and by what its checkpoint says about answers.</summary>
    public int[] EndOfTextTokens { get; }

    /// <summary>The special tokens with which its chat template ends a turn.</summary>
    public int[] TurnEnds { get; }

    /// <summary>Its tokens as constraints walk them, or why it has none that could be held to one. Made for the first request that needs it: it takes a while for a large vocabulary.</summary>
    public (TokenTrie? Tokens, string? Problem) ConstraintTokens => _constraintTokens.Value;

    /// <summary>When its configuration was last written.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>The same wherever the same checkpoint gives the same answers.</summary>
    public string Fingerprint { get; }

    /// <summary>Its engine.</summary>
    public InferenceEngine Engine { get; }

    /// <summary>Opens the files of a model and starts its engine; the weights are read later, by the runner.</summary>
    /// <param name="settings">How it is served.</param>
    /// <param name="startEngine">Starts an engine on the checkpoint.</param>
    /// <exception cref="ModelProblemsException">Some of the files cannot be used.</exception>
    public static ServedModel Open(ModelSettings settings, Func<Checkpoint, InferenceEngine> startEngine)
    {
        var files = ModelFiles.Open(settings.Model);
        return new ServedModel(settings, files, startEngine(files.Checkpoint));
    }

    /// <summary>Cancels what still runs, and closes the checkpoint.</summary>
    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Checkpoint.Dispose();
    }
}
