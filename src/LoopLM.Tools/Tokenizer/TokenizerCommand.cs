using System.CommandLine;
using LoopLM.Checkpoints.Files;
using LoopLM.Text.Training;
using LoopLM.Tools.Data;
using LoopLM.Tools.Data.Sources;
using Spectre.Console;

namespace LoopLM.Tools.Tokenizer;

/// <summary><c>looplm tokenizer train</c>: learns a byte-level BPE vocabulary and writes it as tokenizer.json.</summary>
internal static class TokenizerCommand
{
    public static Command Create(IAnsiConsole console)
    {
        var files = new Argument<string[]>("TEXT") { Description = "Text files.", Arity = ArgumentArity.OneOrMore };
        var size = new Option<int>("--vocabulary")
        {
            Description = "Most tokens: 3 special ones, 256 bytes, then merges.",
            DefaultValueFactory = _ => 2048,
        };
        var output = new Option<string>("--out") { Description = "The tokenizer.json to write.", Required = true };
        var train = new Command("train", "Learn a byte-level BPE vocabulary.") { files, size, output };
        train.SetAction(result =>
        {
            try
            {
                var vocabulary = Train(result.GetRequiredValue(files), result.GetValue(size));
                var path = Path.GetFullPath(result.GetRequiredValue(output));
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                AtomicFile.Write(path, vocabulary.Write);
                console.WriteLine($"{vocabulary.Size} tokens, {vocabulary.Merges.Count} of them merges.");
                return 0;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
            {
                console.WriteLine(exception.Message);
                return 1;
            }
        });
        return new Command("tokenizer", "Make tokenizers.") { train };
    }

    private static TrainedVocabulary Train(IReadOnlyList<string> files, int size)
    {
        var trainer = new BpeTrainer();
        foreach (var document in files.SelectMany(TextFile.Documents))
        {
            trainer.Add(document);
        }

        return trainer.Train(size, SpecialTokens.All);
    }
}
