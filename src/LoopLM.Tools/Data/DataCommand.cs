using System.CommandLine;
using System.Text.Json;
using LoopLM.Checkpoints.Files;
using LoopLM.Text.Tokenization;
using LoopLM.Tools.Data.Sources;
using Spectre.Console;

namespace LoopLM.Tools.Data;

/// <summary>
/// <c>looplm data FOLDER</c>: turns texts, questions and generated problems into token files, once, for any number of training runs.
/// </summary>
internal static class DataCommand
{
    public static Command Create(IAnsiConsole console)
    {
        var folder = new Argument<string>("FOLDER") { Description = "Where the token files go." };
        var tokenizer = new Option<string>("--tokenizer")
        {
            Description = "A tokenizer.json; it is copied into the folder.",
            Required = true,
        };
        var sources = new Option<string[]>("--source") { Description = $"Repeatable: {DocumentSources.Help}", Required = true };
        var seed = new Option<int>("--seed")
        {
            Description = "Seed of generated problems and of the order of documents.",
            DefaultValueFactory = _ => 1,
        };
        var shard = new Option<int>("--shard-tokens") { Description = "Most tokens of one file.", DefaultValueFactory = _ => 1 << 23 };
        var command = new Command("data", "Prepare token files for training.") { folder, tokenizer, sources, seed, shard };
        command.SetAction(result =>
        {
            try
            {
                var (path, target) = (result.GetRequiredValue(tokenizer), result.GetRequiredValue(folder));
                var filter = new OverlapFilter();
                var opened = DocumentSources.Open(result.GetRequiredValue(sources), result.GetValue(seed), filter);
                var builder = new DatasetBuilder(ByteLevelBpeTokenizer.Load(path), target, result.GetValue(shard), result.GetValue(seed));
                Directory.CreateDirectory(target);
                AtomicFile.Copy(path, Path.Combine(target, "tokenizer.json"));
                var summary = builder.Write(opened);
                Print(summary, filter, console);
                return 0;
            }
            catch (Exception exception) when (exception is FormatException or TokenizerException or IOException or JsonException)
            {
                console.WriteLine(exception.Message);
                return 1;
            }
        });
        return command;
    }

    private static void Print(DatasetSummary summary, OverlapFilter filter, IAnsiConsole console)
    {
        var table = new Table().AddColumns("kind", "split", "documents", "tokens", "targets");
        for (var kind = 0; kind < summary.Kinds.Count; kind++)
        {
            foreach (var (split, documents) in new[] { ("train", summary.Train), ("held-out", summary.HeldOut) })
            {
                var own = documents.Where(document => document.Kind == kind).ToList();
                table.AddRow(
                    summary.Kinds[kind], split, $"{own.Count}", $"{own.Sum(document => (long)document.Tokens.Length)}",
                    $"{own.Sum(document => document.IsTarget.Sum(target => (long)target))}");
            }
        }

        console.Write(table);
        console.WriteLine($"{filter.Removed} paragraphs left out: they share 13 words in a row with held-out text.");
    }
}
