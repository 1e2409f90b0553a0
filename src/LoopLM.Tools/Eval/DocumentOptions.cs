using System.CommandLine;
using LoopLM.Text.Tokenization;
using LoopLM.Tools.Data.Sources;

namespace LoopLM.Tools.Eval;

/// <summary>The options that say which documents a model is measured on.</summary>
internal sealed class DocumentOptions
{
    private readonly Option<string[]> _texts =
        new("--text") { Description = "Repeatable: a file of running text, a line <|endoftext|> between documents." };
    private readonly Option<string[]> _data =
        new("--data") { Description = "Repeatable: a folder that `looplm data` wrote; its held-out split is read." };
    private readonly Option<string[]> _sources =
        new("--source") { Description = $"Repeatable: held-out documents made now. {DocumentSources.Help}" };

    /// <summary>Gives a command the options.</summary>
    public void AddTo(Command command)
    {
        command.Add(_texts);
        command.Add(_data);
        command.Add(_sources);
    }

    /// <summary>The documents that they name.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="seed">Seed of generated problems.</param>
    public EvalDocuments Read(ParseResult result, ByteLevelBpeTokenizer tokenizer, int seed)
    {
        var documents = new EvalDocuments(tokenizer);
        foreach (var text in result.GetValue(_texts) ?? [])
        {
            documents.AddText(text);
        }

        foreach (var folder in result.GetValue(_data) ?? [])
        {
            documents.AddHeldOut(folder);
        }

        documents.AddSources(result.GetValue(_sources) ?? [], seed);
        return documents;
    }
}
