using System.Collections.Frozen;
using LoopLM.Checkpoints;
using LoopLM.Engine.Execution;
using LoopLM.Server.Configuration;
using LoopLM.Server.OpenAi.Chat;
using LoopLM.Server.OpenAi.Chat.Calls;
using LoopLM.Text.Constraints;
using LoopLM.Text.Templates;
using LoopLM.Text.Tokenization;

namespace LoopLM.Server.Hosting;

/// <summary>A model that requests can name: its checkpoint, its tokenizer and the engine that runs it.</summary>
internal sealed class ServedModel : IAsyncDisposable
{
    private readonly Lazy<(TokenTrie? Tokens, string? Problem)> _constraintTokens;
    private readonly Lazy<(TokenTrie? Tokens, string? Problem)> _callTokens;
    private readonly FrozenSet<int> _thoughtMarks;
    private readonly FrozenSet<int> _marks;

    private ServedModel(
        ModelSettings settings, Checkpoint checkpoint, ByteLevelBpeTokenizer tokenizer, ChatTemplate chatTemplate, DateTimeOffset created, InferenceEngine engine)
    {
        (Settings, Checkpoint, Tokenizer, ChatTemplate, Created, Engine) = (settings, checkpoint, tokenizer, chatTemplate, created, engine);
        Name = settings.Model.NameOrFolder;
        Fingerprint = SystemFingerprint.Of(checkpoint, settings);
        TurnEnds = [.. chatTemplate.TurnEnds.Select(token => tokenizer.TryGetTokenId(token, out var id) ? id : -1).Where(id => id >= 0)];
        ToolCalls = ToolCallFormats.Of(settings.Model.ToolCallFormat, chatTemplate);
        _thoughtMarks = SpecialTokens(chatTemplate.MarksThoughts ? [ReplyFormat.ThoughtStart, ReplyFormat.ThoughtEnd] : []);
        _marks = [.. _thoughtMarks, .. SpecialTokens([.. ToolCalls?.Marks ?? [], .. ToolCalls?.OtherMarks ?? []])];
        _constraintTokens = new(() => CreateTrie(FrozenSet<int>.Empty));
        _callTokens = new(() => _marks.Count == 0 ? ConstraintTokens : CreateTrie(_marks));
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

    /// <summary>Its engine.</summary>
    public InferenceEngine Engine { get; }

    /// <summary>Opens a checkpoint with its tokenizer and starts its engine; the weights are read later, by the runner.</summary>
    /// <param name="settings">How it is served.</param>
    /// <param name="startEngine">Starts an engine on the checkpoint.</param>
    /// <exception cref="CheckpointException">The checkpoint cannot be used.</exception>
    /// <exception cref="TokenizerException">The tokenizer cannot be used, or does not fit the model.</exception>
    /// <exception cref="ChatTemplateException">The chat template cannot be used.</exception>
    /// <exception cref="IOException">The tokenizer or the template cannot be read.</exception>
    public static ServedModel Open(ModelSettings settings, Func<Checkpoint, InferenceEngine> startEngine)
    {
        var folder = settings.Model.Path!;
        var checkpoint = Checkpoint.Open(folder, settings.Model.ContextLength);
        try
        {
            var tokenizer = ByteLevelBpeTokenizer.Load(Path.Combine(folder, "tokenizer.json"));
            if (tokenizer.VocabularySize > checkpoint.Config.VocabularySize)
            {
                throw new TokenizerException(
                    $"tokenizer.json has ids up to {tokenizer.VocabularySize - 1}; the model's vocabulary ends at {checkpoint.Config.VocabularySize - 1}");
            }

            var created = File.GetLastWriteTimeUtc(Path.Combine(folder, "config.json"));
            var chatTemplate = ChatTemplate.Load(folder);
            return new ServedModel(settings, checkpoint, tokenizer, chatTemplate, created, startEngine(checkpoint));
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The special tokens among the marks of thoughts, and of calls where those are read: text that is told apart has to show them.</summary>
    public IReadOnlySet<int> Marks(bool withCalls) => withCalls ? _marks : _thoughtMarks;

    /// <summary>Cancels what still runs, and closes the checkpoint.</summary>
    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Checkpoint.Dispose();
    }

    private FrozenSet<int> SpecialTokens(string[] texts) =>
        texts.Select(text => Tokenizer.TryGetTokenId(text, out var id) ? id : -1).Where(Tokenizer.IsSpecial).ToFrozenSet();

    private (TokenTrie? Tokens, string? Problem) CreateTrie(IReadOnlySet<int> shown)
    {
        var tokens = TokenTrie.TryCreate(Tokenizer, Checkpoint.Config.EndOfTextTokens, out var problem, shown);
        return (tokens, problem);
    }
}
