using LoopLM.Checkpoints;
using LoopLM.Server.Configuration;
using LoopLM.Text.Templates;
using LoopLM.Text.Tokenization;

namespace LoopLM.Server.Hosting;

/// <summary>The model that requests can name: its checkpoint and its tokenizer.</summary>
public sealed class ServedModel : IDisposable
{
    private const string Bundled = "looplm-bytes";

    private ServedModel(string name, Checkpoint checkpoint, ByteLevelBpeTokenizer tokenizer, ChatTemplate chatTemplate, DateTimeOffset created)
    {
        (Name, Checkpoint, Tokenizer, ChatTemplate, Created) = (name, checkpoint, tokenizer, chatTemplate, created);
    }

    /// <summary>Name in the API.</summary>
    public string Name { get; }

    /// <summary>Its weights and configuration.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>Its tokenizer.</summary>
    public ByteLevelBpeTokenizer Tokenizer { get; }

    /// <summary>How it wants conversations to be written.</summary>
    public ChatTemplate ChatTemplate { get; }

    /// <summary>When its configuration was last written.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>Opens a checkpoint with its tokenizer; the weights are read later, by the runner.</summary>
    /// <exception cref="CheckpointException">The checkpoint cannot be used.</exception>
    /// <exception cref="TokenizerException">The tokenizer cannot be used, or does not fit the model.</exception>
    /// <exception cref="ChatTemplateException">The chat template cannot be used.</exception>
    /// <exception cref="IOException">The tokenizer or the template cannot be read.</exception>
    public static ServedModel Open(ModelOptions options)
    {
        var folder = options.Path ?? Path.Combine(AppContext.BaseDirectory, "models", Bundled);
        var checkpoint = Checkpoint.Open(folder);
        try
        {
            var tokenizer = ByteLevelBpeTokenizer.Load(Path.Combine(folder, "tokenizer.json"));
            if (tokenizer.VocabularySize > checkpoint.Config.VocabularySize)
            {
                throw new TokenizerException(
                    $"tokenizer.json has ids up to {tokenizer.VocabularySize - 1}; the model's vocabulary ends at {checkpoint.Config.VocabularySize - 1}");
            }

            var name = options.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
            return new ServedModel(name, checkpoint, tokenizer, ChatTemplate.Load(folder), File.GetLastWriteTimeUtc(Path.Combine(folder, "config.json")));
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Checkpoint.Dispose();
}
