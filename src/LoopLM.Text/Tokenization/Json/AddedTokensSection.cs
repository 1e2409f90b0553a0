using LoopLM.Text.Tokenization.Normalization;

namespace LoopLM.Text.Tokenization.Json;

/// <summary>The <c>added_tokens</c> of a tokenizer.json.</summary>
internal static class AddedTokensSection
{
    private const int MaxContentLength = 1024;

    public static IReadOnlyList<AddedToken> Read(JsonField addedTokens, ModelSection model, TextNormalizer normalizer)
    {
        if (addedTokens.IsNullOrAbsent)
        {
            return [];
        }

        var tokens = new Dictionary<string, AddedToken>();
        var ordinary = model.Merges.Products.Concat(ByteSymbols(model)).ToHashSet();
        var modelIds = model.Vocabulary.Values.ToHashSet();
        var nextId = model.Vocabulary.Count;
        foreach (var field in addedTokens.Items())
        {
            var token = ReadToken(field);
            if (token.Content.Length is 0 or > MaxContentLength || !tokens.TryAdd(token.Content, token))
            {
                field["content"].Refuse($"1 to {MaxContentLength} chars that no other added token has");
                continue;
            }

            if (token.Normalized && normalizer.Apply(token.Content) == "")
            {
                field["content"].Refuse("chars of which the normalizer leaves some");
            }

            // Hugging Face does not read the ids of added tokens: it looks them up in the model or counts on from its size.
            var inModel = model.Vocabulary.TryGetValue(token.Content, out var id);
            id = inModel ? id : nextId++;
            if (token.Id != id || (!inModel && modelIds.Contains(id)))
            {
                field["id"].Refuse($"{id}, the id that Hugging Face gives it, and one that no other token has");
            }

            if (token.Special && ordinary.Contains(id))
            {
                field["special"].Refuse(
                    "false, as text gives this token without naming it: it is a byte's symbol or the result of a merge");
            }
        }

        return [.. tokens.Values];
    }

    private static AddedToken ReadToken(JsonField field) => new()
    {
        Id = field["id"].Integer(TokenizerJson.MaxTokenId),
        Content = field["content"].Text(),
        SingleWord = field["single_word"].Boolean(),
        LStrip = field["lstrip"].Boolean(),
        RStrip = field["rstrip"].Boolean(),
        Normalized = field["normalized"].Boolean(),
        Special = field["special"].Boolean(),
    };

    private static IEnumerable<int> ByteSymbols(ModelSection model) =>
        Enumerable.Range(0, 256).Select(value => model.Vocabulary.GetValueOrDefault(ByteAlphabet.Symbol((byte)value).ToString(), -1));
}
