using LoopLM.Text.Tokenization;
using LoopLM.Tools.Data.Sources;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Data;

/// <summary>Tokenises documents, shuffles them and writes them as shards.</summary>
internal sealed class DatasetBuilder(ByteLevelBpeTokenizer tokenizer, string folder, int shardTokens, int seed)
{
    private readonly List<string> _kinds = [];

    /// <summary>Tokenises all sources and writes <c>dataset.json</c> and the shards.</summary>
    public DatasetSummary Write(IReadOnlyList<IDocumentSource> sources)
    {
        Directory.CreateDirectory(folder);
        var (trained, heldOut) = (Tokenise(sources, heldOut: false), Tokenise(sources, heldOut: true));
        var dataset = new TokenDataset
        {
            VocabularySize = tokenizer.VocabularySize,
            Kinds = _kinds,
            Train = WriteShards("train", trained),
            HeldOut = WriteShards("held-out", heldOut),
        };
        dataset.Save(folder);
        return new(_kinds, trained, heldOut);
    }

    private List<TokenisedDocument> Tokenise(IReadOnlyList<IDocumentSource> sources, bool heldOut)
    {
        var documents = new List<TokenisedDocument>();
        foreach (var source in sources)
        {
            if (!_kinds.Contains(source.Kind))
            {
                _kinds.Add(source.Kind);
            }

            documents.AddRange(
                source.Documents(heldOut).Select(document => TokenisedDocument.Of(tokenizer, document, (byte)_kinds.IndexOf(source.Kind))));
        }

        new Random(seed).Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(documents));
        return documents;
    }

    private List<string> WriteShards(string split, List<TokenisedDocument> documents)
    {
        var names = new List<string>();
        for (var first = 0; first < documents.Count;)
        {
            var (end, size) = (first, 0);
            while (end < documents.Count && (end == first || size + documents[end].Tokens.Length <= shardTokens))
            {
                size += documents[end++].Tokens.Length;
            }

            names.Add($"{split}-{names.Count:D5}.safetensors");
            TokenShard.Write(Path.Combine(folder, names[^1]), TokenisedDocument.Join(documents[first..end]));
            first = end;
        }

        return names;
    }
}
