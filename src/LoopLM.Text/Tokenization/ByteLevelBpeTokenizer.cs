using System.Buffers;
using System.Collections.Frozen;
using LoopLM.Text.Tokenization.Json;
using LoopLM.Text.Tokenization.Merging;
using Microsoft.ML.Tokenizers;

namespace LoopLM.Text.Tokenization;

/// <summary>
/// Byte-level BPE from a Hugging Face tokenizer.json, with the tokens that Hugging Face's own library gives.
/// Immutable, and safe for any number of threads.
/// </summary>
/// <remarks>
/// <para>What a file may hold; anything else is refused with the field's name, never approximated:</para>
/// <list type="bullet">
/// <item>
/// model: BPE over bytes, merges as <c>"a b"</c> or <c>["a", "b"]</c>, <c>ignore_merges</c>. A byte without a symbol is dropped
/// silently; <c>unk_token</c> must be null unless every byte has one.
/// </item>
/// <item>normalizer: NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Prepend, Replace, or a Sequence of them.</item>
/// <item>
/// pre_tokenizer: ByteLevel, alone or last in a Sequence after Split, Digits, Punctuation, Whitespace, WhitespaceSplit and
/// CharDelimiterSplit. Split takes regular patterns that look at most one character ahead, which those of public byte-level files are.
/// </item>
/// <item>
/// added_tokens with every flag; ids as Hugging Face would give them. A special one must not be a byte's symbol or the
/// result of a merge, so that plain text cannot give it.
/// </item>
/// <item>
/// decoder: ByteLevel; truncation and padding count for nothing; post_processor: null, or one that
/// matters only to a caller who requests special tokens.
/// </item>
/// </list>
/// <para>
/// Encoding adds no token to a text. <c>EncodeToIds</c> and the other inherited methods take the text as plain: a special token's name in
/// it is spelled out in ordinary tokens, while other added tokens are recognised. <see cref="EncodeWithSpecialTokens(string)"/> recognises
/// special tokens; it is for text whose every part is trusted, such as a chat template.
/// </para>
/// <para>Lone surrogates are read as U+FFFD. Letters, numbers and white space are those of the running .NET's Unicode version.</para>
/// </remarks>
public sealed class ByteLevelBpeTokenizer : Tokenizer
{
    private readonly Vocabulary _vocabulary;
    private readonly MergeTable _merges;
    private readonly SpecialTokenFrame _frame;
    private readonly TextEncoder _plain;
    private readonly TextEncoder _withSpecialTokens;
    private readonly TextEncoder _partlyTrusted;

    internal ByteLevelBpeTokenizer(TokenizerDefinition definition)
    {
        _vocabulary = definition.Vocabulary;
        _merges = definition.Merges;
        _frame = definition.Frame;
        AddedTokens = definition.AddedTokens;
        _plain = CreateEncoder(definition, token => !token.Special, token => token.Special);
        _withSpecialTokens = CreateEncoder(definition, _ => true, _ => false);
        _partlyTrusted = CreateEncoder(definition, _ => true, token => token.IsMark);
    }

    /// <summary>One more than the highest token id. Ids below it may lack a token.</summary>
    public int VocabularySize => _vocabulary.Size;

    /// <summary>The added tokens, in the file's order.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>Loads a tokenizer.json.</summary>
    /// <param name="path">The file; at most 64 MiB.</param>
    /// <exception cref="TokenizerException">The file is malformed or needs what is not supported; lists every problem.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ByteLevelBpeTokenizer Load(string path)
    {
        using var stream = File.OpenRead(path);
        return Load(stream);
    }

    /// <inheritdoc cref="Load(string)"/>
    /// <param name="stream">A tokenizer.json of at most 64 MiB, read to its end.</param>
    public static ByteLevelBpeTokenizer Load(Stream stream) => new(TokenizerJson.Read(stream));

    /// <summary>Finds a token's id.</summary>
    /// <param name="token">As tokenizer.json writes it: an added token's content, or a vocabulary entry in the byte alphabet.</param>
    /// <param name="id">The id.</param>
    public bool TryGetTokenId(string token, out int id) => _vocabulary.TryGetId(token, out id);

    /// <summary>A token as tokenizer.json writes it; null for an id without a token.</summary>
    public string? GetToken(int id) => _vocabulary.GetToken(id);

    /// <summary>
    /// The bytes that a token stands for, special or not; empty for an id without a token. They need not be whole characters.
    /// </summary>
    public ReadOnlySpan<byte> GetTokenBytes(int id) => _vocabulary.GetBytes(id);

    /// <summary>The bytes that each token adds to a text, by its id. A special token adds none, unless decoding shows it.</summary>
    /// <param name="shownTokens">Special tokens that decoding shows; null for none.</param>
    public IReadOnlyList<ReadOnlyMemory<byte>> GetTextBytes(IReadOnlySet<int>? shownTokens = null) =>
        [.. Enumerable.Range(0, VocabularySize).Select(id => IsSpecial(id) && shownTokens?.Contains(id) is not true
            ? default : _vocabulary.GetMemory(id))];

    /// <summary>
    /// The text that a token stands for, special or not, the same string every time; empty for an id without a
    /// token, null where its bytes are no whole characters.
    /// </summary>
    public string? GetTokenText(int id) => _vocabulary.GetText(id);

    /// <summary>Whether an id is a special token's.</summary>
    public bool IsSpecial(int id) => _vocabulary.IsSpecial(id);

    /// <summary>Encodes a trusted text: what looks like a special token becomes that token.</summary>
    public IReadOnlyList<int> EncodeWithSpecialTokens(string text) => Encode(_withSpecialTokens, WellFormedText.Of(text)).Ids;

    /// <summary>
    /// Encodes a text of which only parts are trusted: an added token that is special, or more than white space, is recognised
    /// where one part holds all of it, and is plain text elsewhere. Where no untrusted text looks like such a token, the tokens
    /// are those of <see cref="EncodeWithSpecialTokens(string)"/>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="trusted">The trusted parts, ascending, counted from the text's start, none touching the next.</param>
    public IReadOnlyList<int> EncodeWithSpecialTokens(string text, IReadOnlyList<Range> trusted) =>
        Encode(_partlyTrusted, WellFormedText.Of(text), trusted: new TrustedRanges(trusted)).Ids;

    /// <summary>Puts around the tokens of a whole text the special tokens that the tokenizer's template names; often none.</summary>
    public IReadOnlyList<int> AddSpecialTokens(IReadOnlyList<int> ids) => [.. _frame.Before, .. ids, .. _frame.After];

    /// <summary>Decodes tokens together, as <see cref="Decode(IEnumerable{int}, bool)"/> does; special tokens give nothing.</summary>
    public override string Decode(IEnumerable<int> ids) => Decode(ids, skipSpecialTokens: true);

    /// <summary>Decodes tokens together; an id without a token gives nothing, invalid UTF-8 gives U+FFFD by maximal subparts.</summary>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens) => TokenDecoder.Decode(_vocabulary, ids, skipSpecialTokens);

    /// <summary>
    /// Decodes as many tokens as fit; special tokens give nothing. Where not all fit, it stops after a token that ends a character,
    /// so that decoding the remaining tokens gives the rest of the text.
    /// </summary>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten) =>
        TokenDecoder.Decode(_vocabulary, ids, destination, out idsConsumed, out charsWritten);

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        if (settings.MaxTokenCount != int.MaxValue)
        {
            return base.EncodeToIds(text, textSpan, settings);
        }

        var source = WellFormedText.Of(text ?? textSpan);
        return new() { Tokens = Encode(_plain, source, settings.ConsiderPreTokenization).Ids, CharsConsumed = source.Length };
    }

    /// <summary>A token covers every char that has one of its bytes. Where the tokens are limited, no char is covered in part.</summary>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.MaxTokenCount);
        var source = WellFormedText.Of(text ?? textSpan);
        var pieces = new List<EncodedPiece>();
        var ids = Encode(_plain, source, settings.ConsiderPreTokenization, pieces, settings.MaxTokenCount).Ids;
        var tokens = TokenOffsets.Locate(source, ids, pieces, _vocabulary);
        if (tokens.Count <= settings.MaxTokenCount)
        {
            return new() { Tokens = tokens, CharsConsumed = source.Length };
        }

        var count = settings.MaxTokenCount;
        while (count > 0 && tokens[count].Offset.Start.Value < tokens[count - 1].Offset.End.Value)
        {
            count--;
        }

        return new() { Tokens = tokens[..count], CharsConsumed = tokens[count].Offset.Start.Value };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        EncodeToIds(text, textSpan, settings).Tokens.Count;

    private static TextEncoder CreateEncoder(
        TokenizerDefinition definition, Func<AddedToken, bool> isMatched, Func<AddedToken, bool> isForbidden)
    {
        var forbidden = definition.AddedTokens.Where(isForbidden).Select(token => token.Id).ToFrozenSet();
        var tokens = definition.AddedTokens.Where(isMatched).ToLookup(token => token.Normalized);
        return new(
            new AddedTokenMatcher(tokens[false].Select(token => (token.Content, token))),
            definition.Normalizer,
            new AddedTokenMatcher(tokens[true].Select(token => (definition.Normalizer.Apply(token.Content), token))),
            definition.PreTokenizer,
            new PreTokenEncoder(definition.Vocabulary, definition.IgnoreMerges, forbidden));
    }

    private EncodeOutput Encode(
        TextEncoder encoder,
        ReadOnlySpan<char> text,
        bool preTokenize = true,
        List<EncodedPiece>? pieces = null,
        int limit = int.MaxValue,
        TrustedRanges? trusted = null)
    {
        var output = new EncodeOutput(new BytePairMerger(_merges), pieces, limit);
        encoder.Encode(text, preTokenize, output, trusted);
        return output;
    }
}
