using LoopLM.Text.Tokenization;
using LoopLM.Tools.Data;
using LoopLM.Tools.Data.Sources;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Eval;

/// <summary>The documents that an evaluation reads, kind by kind.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
internal sealed class EvalDocuments(ByteLevelBpeTokenizer tokenizer)
{
    private readonly List<string> _kinds = [];
    private readonly List<TokenisedDocument> _documents = [];

    /// <summary>Names of the kinds.</summary>
    public IReadOnlyList<string> Kinds => _kinds;

    /// <summary>The parts of all documents that have a label, where they are after <see cref="Join"/>.</summary>
    public IReadOnlyList<LabelledSpan> Labels
    {
        get
        {
            var (labels, start) = (new List<LabelledSpan>(), 0);
            foreach (var document in _documents)
            {
                labels.AddRange(document.Labels.Select(label => label with { Start = start + label.Start }));
                start += document.Tokens.Length;
            }

            return labels;
        }
    }

    /// <summary>Adds a file of running text as a kind of its name.</summary>
    public void AddText(string path)
    {
        var kind = Kind(Path.GetFileNameWithoutExtension(path));
        _documents.AddRange(TextFile.Documents(path).Select(text => TokenisedDocument.Of(tokenizer, Data.Documents.Text(text), kind)));
    }

    /// <summary>Adds the held-out split of a folder that <c>looplm data</c> wrote.</summary>
    /// <exception cref="FormatException">It was made with a larger vocabulary.</exception>
    public void AddHeldOut(string folder)
    {
        var dataset = TokenDataset.Load(folder);
        if (dataset.VocabularySize > tokenizer.VocabularySize)
        {
            throw new FormatException(
                $"--data {folder} has a vocabulary of {dataset.VocabularySize}, the model's tokenizer of {tokenizer.VocabularySize}; "
                    + "they must be the same.");
        }

        var split = dataset.Read(folder, dataset.HeldOut);
        for (var kind = 0; kind < dataset.Kinds.Count; kind++)
        {
            var own = Kind(dataset.Kinds[kind]);
            _documents.AddRange(Enumerable.Range(0, split.Documents).Where(document => split.Kinds[document] == kind).Select(document =>
            {
                var range = split.Starts[document]..split.End(document);
                return new TokenisedDocument(split.Tokens[range], split.IsTarget[range], own);
            }));
        }
    }

    /// <summary>Adds the held-out documents of sources as <c>looplm data</c> names them.</summary>
    /// <param name="specs">The sources.</param>
    /// <param name="seed">Seed of the generated problems.</param>
    public void AddSources(IReadOnlyList<string> specs, int seed)
    {
        foreach (var source in DocumentSources.Open(specs, seed, new OverlapFilter()))
        {
            var kind = Kind(source.Kind);
            _documents.AddRange(source.Documents(heldOut: true).Select(document => TokenisedDocument.Of(tokenizer, document, kind)));
        }
    }

    /// <summary>All documents, one after the other.</summary>
    /// <exception cref="FormatException">There is no token to predict.</exception>
    public TokenSplit Join() => _documents.Any(document => document.Tokens.Length > 1)
        ? TokenisedDocument.Join(_documents)
        : throw new FormatException("There is nothing to predict: --text, --data and --source name no document of two tokens.");

    private byte Kind(string name)
    {
        if (!_kinds.Contains(name))
        {
            _kinds.Add(name);
        }

        return checked((byte)_kinds.IndexOf(name));
    }
}
