using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Checkpoints.Files;
using LoopLM.Text.Templates;
using LoopLM.Text.Tokenization;

namespace LoopLM.Models;

/// <summary>What the files of a model's folder hold. What is wrong with them is found together and said one line a problem.</summary>
public sealed class ModelFiles : IDisposable
{
    /// <summary>Problems of one file that are reported.</summary>
    private const int MaxProblems = 20;

    private static readonly string[] s_templateFiles = ["chat_template.jinja", "tokenizer_config.json", "chat_template.json"];

    /// <summary>Files that are read as a whole when a model is opened.</summary>
    private static readonly string[] s_readFiles =
        ["config.json", "model.safetensors.index.json", "tokenizer.json", GenerationConfig.FileName, .. s_templateFiles];

    private ModelFiles(
        Checkpoint checkpoint,
        ByteLevelBpeTokenizer tokenizer,
        ChatTemplate chatTemplate,
        GenerationConfig generation,
        IReadOnlyList<WatchedFile> read) =>
        (Checkpoint, Tokenizer, ChatTemplate, Generation, Read) = (checkpoint, tokenizer, chatTemplate, generation, read);

    /// <summary>Configuration and weights.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>The tokenizer.</summary>
    public ByteLevelBpeTokenizer Tokenizer { get; }

    /// <summary>The chat template.</summary>
    public ChatTemplate ChatTemplate { get; }

    /// <summary>What the model says about its answers; nothing where that was not to be read.</summary>
    public GenerationConfig Generation { get; }

    /// <summary>The files that have been read as a whole, as they were before, those that were not there among them.</summary>
    public IReadOnlyList<WatchedFile> Read { get; }

    /// <summary>Opens the files of a model.</summary>
    /// <param name="name">Its name, which problems begin with.</param>
    /// <param name="folder">Where they are.</param>
    /// <param name="contextLength">Most positions of a sequence, where they are to be fewer than the checkpoint allows.</param>
    /// <param name="readsGeneration">Whether <see cref="GenerationConfig.FileName"/> is read where it is there.</param>
    /// <exception cref="ModelProblemsException">Some cannot be used.</exception>
    public static ModelFiles Open(string name, string folder, int? contextLength = null, bool readsGeneration = true)
    {
        var problems = new List<string>();
        var read = s_readFiles.Select(name => new WatchedFile(Path.Combine(folder, name))).ToList();
        var checkpoint = Try(() => Checkpoint.Open(folder, contextLength), folder, problems);
        ByteLevelBpeTokenizer? tokenizer = null;
        ChatTemplate? template = null;
        var generation = GenerationConfig.Empty;
        if (Directory.Exists(folder))
        {
            var tokenizerFile = Path.Combine(folder, "tokenizer.json");
            tokenizer = Try(() => ByteLevelBpeTokenizer.Load(tokenizerFile), tokenizerFile, problems);
            template = Try(() => ReadTemplate(folder), folder, problems);
            CheckSize(checkpoint, tokenizer, tokenizerFile, problems);
            generation = !readsGeneration || checkpoint is null ? generation
                : Try(() => ReadGeneration(folder, checkpoint), folder, problems) ?? generation;
        }

        if (problems.Count == 0)
        {
            return new(checkpoint!, tokenizer!, template!, generation, read);
        }

        checkpoint?.Dispose();
        read.ForEach(file => file.Dispose());
        throw new ModelProblemsException([.. problems.Select(problem => $"Model '{name}': {problem.ReplaceLineEndings(" ")}")]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Checkpoint.Dispose();
        foreach (var file in Read)
        {
            file.Dispose();
        }
    }

    private static T? Try<T>(Func<T> read, string path, List<string> problems)
        where T : class
    {
        try
        {
            return read();
        }
        catch (CheckpointException exception)
        {
            Add(exception.Path, exception.Problems);
        }
        catch (TokenizerException exception)
        {
            Add(path, ForeignFile.Recognise(path) is { } foreign ? [foreign] : exception.Problems);
        }
        catch (ChatTemplateException exception)
        {
            Add(path, [exception.Message]);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            Add(path, [CheckpointException.FileMissing]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Add(path, [exception.Message]);
        }

        return null;

        void Add(string at, IReadOnlyList<string> found)
        {
            problems.AddRange(found.Take(MaxProblems).Select(problem => $"{at}: {problem}"));
            if (found.Count > MaxProblems)
            {
                problems.Add($"{at}: and {found.Count - MaxProblems} more problems");
            }
        }
    }

    /// <summary>Looks before it reads: what lies where a template should be may be read as one.</summary>
    private static ChatTemplate ReadTemplate(string folder)
    {
        foreach (var file in s_templateFiles.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            if (ForeignFile.Recognise(file) is { } foreign)
            {
                throw new CheckpointException(file, foreign);
            }
        }

        return ChatTemplate.Load(folder);
    }

    private static GenerationConfig ReadGeneration(string folder, Checkpoint checkpoint)
    {
        try
        {
            return GenerationConfig.Load(folder, checkpoint.Config.VocabularySize);
        }
        catch (CheckpointException exception)
        {
            const string WayOut = $"{nameof(GenerationConfig)}=none reads nothing of the file";
            throw new CheckpointException(exception.Path, [.. exception.Problems.Select(problem => $"{problem}. {WayOut}")]);
        }
    }

    private static void CheckSize(Checkpoint? checkpoint, ByteLevelBpeTokenizer? tokenizer, string file, List<string> problems)
    {
        if (checkpoint is not null && tokenizer?.VocabularySize > checkpoint.Config.VocabularySize)
        {
            var (found, most) = (tokenizer.VocabularySize - 1, checkpoint.Config.VocabularySize - 1);
            problems.Add($"{file}: it has ids up to {found}; the model's vocabulary ends at {most}. Use the tokenizer of the model");
        }
    }
}
