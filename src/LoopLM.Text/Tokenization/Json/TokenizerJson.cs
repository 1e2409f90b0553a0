using System.Text.Json;
using System.Text.Unicode;
using LoopLM.Checkpoints.Json;

namespace LoopLM.Text.Tokenization.Json;

/// <summary>Reads a Hugging Face tokenizer.json.</summary>
internal static class TokenizerJson
{
    /// <summary>Ids stay below 2^22; the largest vocabularies in use have 2^18.</summary>
    public const int MaxTokenId = (1 << 22) - 1;

    private const int MaxBytes = 64 << 20;
    private const int MaxDepth = 64;

    public static TokenizerDefinition Read(Stream stream)
    {
        using var document = Parse(ReadBytes(stream));
        var root = new JsonField(document.RootElement, "", []);
        if (!root["version"].IsNullOrAbsent)
        {
            root["version"].Expect("1.0");
        }

        var normalizer = NormalizerSection.Read(root["normalizer"]);
        var preTokenizer = PreTokenizerSection.Read(root["pre_tokenizer"]);
        var frame = PostProcessorSection.Read(root["post_processor"]);
        CheckDecoder(root["decoder"]);

        var model = ModelSection.Read(root["model"]);
        var addedTokens = AddedTokensSection.Read(root["added_tokens"], model, normalizer);
        if (root.Problems.Count > 0)
        {
            throw new TokenizerException(root.Problems);
        }

        var vocabulary = new Vocabulary(model.Vocabulary, addedTokens);
        return frame.Before.Concat(frame.After).Where(id => vocabulary.GetToken(id) is null).ToList() is [var unknown, ..]
            ? throw new TokenizerException($"post_processor puts the token {unknown} around a text; there is no such token")
            : new(vocabulary, model.Merges, model.IgnoreMerges, addedTokens, normalizer, preTokenizer, frame);
    }

    /// <summary>The bytes of all tokens one after another are the text; joining what ByteLevel has joined already is nothing.</summary>
    private static void CheckDecoder(JsonField decoder)
    {
        if (decoder["type"].Is("Sequence") && decoder["decoders"].Items().ToList() is [var first, .. var rest])
        {
            CheckDecoder(first);
            rest.ForEach(each => each["type"].Expect("Fuse"));
        }
        else
        {
            decoder["type"].Expect("ByteLevel");
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> bytes)
    {
        if (!Utf8.IsValid(bytes.Span))
        {
            throw new TokenizerException("it is not UTF-8");
        }

        return JsonSyntax.FindProblem(bytes.Span, MaxDepth) is { } problem
            ? throw new TokenizerException($"it is not valid JSON: {problem}. Download it again")
            : JsonDocument.Parse(bytes, new() { MaxDepth = MaxDepth });
    }

    private static ReadOnlyMemory<byte> ReadBytes(Stream stream)
    {
        var bytes = new byte[1 << 16];
        var length = 0;
        while (stream.Read(bytes.AsSpan(length)) is > 0 and var read)
        {
            length += read;
            if (length > MaxBytes)
            {
                throw new TokenizerException($"The file is larger than {MaxBytes} bytes, the most that is read");
            }

            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, 2 * length);
            }
        }

        return bytes.AsMemory(0, length);
    }
}
