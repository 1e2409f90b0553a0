namespace LoopLM.Text.Tokenization.Json;

/// <summary>
/// The <c>post_processor</c> of a tokenizer.json: what is around the tokens of a text where special tokens are requested.
/// </summary>
internal static class PostProcessorSection
{
    public static SpecialTokenFrame Read(JsonField postProcessor)
    {
        if (postProcessor.IsNullOrAbsent)
        {
            return SpecialTokenFrame.None;
        }

        switch (postProcessor["type"].Text())
        {
            case "ByteLevel":
                return SpecialTokenFrame.None;
            case "Sequence":
                var frames = postProcessor["processors"].Items().Select(Read)
                    .Where(frame => frame.Before.Count + frame.After.Count > 0).ToList();
                if (frames.Count > 1)
                {
                    // Hugging Face's second one takes the tokens of the first for a text of their own.
                    postProcessor["processors"].Refuse("one stage at most that adds tokens");
                }

                return frames.FirstOrDefault() ?? SpecialTokenFrame.None;
            case "TemplateProcessing":
                return ReadTemplate(postProcessor["single"], postProcessor["special_tokens"]);
            case "RobertaProcessing" or "BertProcessing":
                return new([ReadPair(postProcessor["cls"])], [ReadPair(postProcessor["sep"])]);
            default:
                postProcessor["type"].Refuse("ByteLevel, TemplateProcessing, RobertaProcessing, BertProcessing, or a Sequence of them");
                return SpecialTokenFrame.None;
        }
    }

    /// <summary>The id in a pair of a token and its id.</summary>
    private static int ReadPair(JsonField pair)
    {
        if (pair.Items().ToList() is [_, var id])
        {
            return id.Integer(TokenizerJson.MaxTokenId);
        }

        pair.Refuse("a token and its id");
        return 0;
    }

    private static SpecialTokenFrame ReadTemplate(JsonField single, JsonField specialTokens)
    {
        var pieces = single.Items().ToList();
        var text = pieces.FindIndex(piece => !piece["Sequence"].IsNullOrAbsent);
        if (text < 0 || pieces.Count(piece => !piece["Sequence"].IsNullOrAbsent) > 1 || pieces[text]["Sequence"]["id"].Text() != "A")
        {
            single.Refuse("a template with the sequence A once");
            return SpecialTokenFrame.None;
        }

        return new(ReadTokens(pieces[..text], specialTokens), ReadTokens(pieces[(text + 1)..], specialTokens));
    }

    private static List<int> ReadTokens(IEnumerable<JsonField> pieces, JsonField specialTokens) =>
        [.. pieces.SelectMany(piece => specialTokens[piece["SpecialToken"]["id"].Text()]["ids"].Items())
            .Select(id => id.Integer(TokenizerJson.MaxTokenId))];
}
