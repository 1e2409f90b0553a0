using System.Text.Json;
using LoopLM.Text.Tokenization.Merging;

namespace LoopLM.Text.Tokenization.Json;

/// <summary>The <c>model</c> of a tokenizer.json: a BPE vocabulary over bytes and its merges.</summary>
internal sealed record ModelSection(Dictionary<string, int> Vocabulary, MergeTable Merges, bool IgnoreMerges)
{
    public static ModelSection Read(JsonField model)
    {
        // Files older than the field hold BPE where they hold merges.
        if (!model["type"].IsNullOrAbsent)
        {
            model["type"].Expect("BPE");
        }

        if (model["dropout"] is { IsNullOrAbsent: false } dropout
            && !(dropout.Value.ValueKind == JsonValueKind.Number && dropout.Value.GetDouble() == 0))
        {
            dropout.Refuse("null or 0");
        }

        foreach (var affix in (ReadOnlySpan<string>)["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (!model[affix].IsNullOrAbsent && model[affix].Text() != "")
            {
                model[affix].Refuse("null or an empty string");
            }
        }

        if (model["byte_fallback"].Boolean(absent: false))
        {
            model["byte_fallback"].Refuse("false");
        }

        var vocabulary = ReadVocabulary(model["vocab"]);
        if (!model["unk_token"].IsNullOrAbsent && !HasAllBytes(vocabulary))
        {
            model["unk_token"].Refuse("null, or any token where the vocabulary has a symbol for every byte");
        }

        return new(vocabulary, ReadMerges(model["merges"], vocabulary), model["ignore_merges"].Boolean(absent: false));
    }

    private static bool HasAllBytes(Dictionary<string, int> vocabulary) =>
        Enumerable.Range(0, 256).All(value => vocabulary.ContainsKey(ByteAlphabet.Symbol((byte)value).ToString()));

    private static Dictionary<string, int> ReadVocabulary(JsonField vocab)
    {
        var ids = new Dictionary<string, int>();
        var tokens = new Dictionary<int, string>();
        foreach (var (token, field) in vocab.Members())
        {
            var problems = vocab.Problems.Count;
            var id = field.Integer(TokenizerJson.MaxTokenId);
            if (problems != vocab.Problems.Count)
            {
                continue;
            }

            if (!tokens.TryAdd(id, token))
            {
                field.Refuse($"an id of its own; {id} is also the id of \"{tokens[id]}\"");
            }

            ids[token] = id;
        }

        return ids;
    }

    private static MergeTable ReadMerges(JsonField merges, Dictionary<string, int> vocabulary)
    {
        var table = new MergeTable();
        var rank = 0;
        foreach (var merge in merges.Items())
        {
            var isText = merge.Value.ValueKind == JsonValueKind.String;
            if (isText && merge.Text().StartsWith("#version", StringComparison.Ordinal))
            {
                continue;
            }

            string[] parts = isText ? merge.Text().Split(' ') : [.. merge.Items().Select(part => part.Text())];
            if (parts is not [var left, var right])
            {
                merge.Refuse("two tokens, as \"a b\" or [\"a\", \"b\"]");
            }
            else if (Find(left, out var leftId) & Find(right, out var rightId) & Find(left + right, out var id))
            {
                table.Set(leftId, rightId, new(rank++, id));
            }

            bool Find(string token, out int found)
            {
                if (vocabulary.TryGetValue(token, out found))
                {
                    return true;
                }

                merges.Problems.Add($"{merge.Path} names \"{token}\", which is not in model.vocab");
                return false;
            }
        }

        return table;
    }
}
