namespace LoopLM.Text.Tokenization.Json;

/// <summary>The <c>post_processor</c> of a tokenizer.json: accepted where it leaves the tokens of a text alone unless special tokens are asked for.</summary>
internal static class PostProcessorSection
{
    public static void Check(JsonField postProcessor)
    {
        if (postProcessor.IsNullOrAbsent)
        {
            return;
        }

        switch (postProcessor["type"].Text())
        {
            case "ByteLevel":
                break;
            case "Sequence":
                foreach (var processor in postProcessor["processors"].Items())
                {
                    Check(processor);
                }

                break;
            case "TemplateProcessing":
                CheckTemplate(postProcessor["single"]);
                break;
            default:
                postProcessor["type"].Refuse("ByteLevel, TemplateProcessing, or a Sequence of them");
                break;
        }
    }

    private static void CheckTemplate(JsonField single)
    {
        var texts = single.Items().Select(piece => piece["Sequence"]).Where(sequence => !sequence.IsNullOrAbsent).ToList();
        if (texts is not [var text] || text["id"].Text() != "A")
        {
            single.Refuse("a template with the sequence A once");
        }
    }
}
