using System.Text;
using System.Text.Unicode;

namespace LoopLM.Text.Tokenization;

/// <summary>Tokens by id and by text: the model's vocabulary and the added tokens together.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _model;
    private readonly Dictionary<string, int> _added;
    private readonly string?[] _tokens;
    private readonly string?[] _texts;
    private readonly bool[] _special;
    private readonly byte[] _bytes;
    private readonly int[] _byteStarts;
    private readonly int[] _byteSymbols = new int[256];

    /// <summary>Creates the tables.</summary>
    /// <param name="model">Texts and ids of the model's vocabulary; ids are unique and not negative.</param>
    /// <param name="addedTokens">Ids that the model has under the same text, or that nothing else has.</param>
    public Vocabulary(Dictionary<string, int> model, IReadOnlyList<AddedToken> addedTokens)
    {
        _model = model;
        _added = addedTokens.ToDictionary(token => token.Content, token => token.Id);
        Size = model.Values.Concat(_added.Values).Append(-1).Max() + 1;
        _tokens = new string?[Size];
        foreach (var (token, id) in model.Concat(_added))
        {
            _tokens[id] = token;
        }

        _texts = new string?[Size];
        _special = new bool[Size];
        foreach (var token in addedTokens)
        {
            _special[token.Id] = token.Special;
        }

        var bytes = new List<byte>();
        _byteStarts = new int[Size + 1];
        for (var id = 0; id < Size; id++)
        {
            bytes.AddRange(ByteAlphabet.Decode(_tokens[id] ?? ""));
            _byteStarts[id + 1] = bytes.Count;
        }

        _bytes = [.. bytes];
        for (var value = 0; value < _byteSymbols.Length; value++)
        {
            _byteSymbols[value] = model.GetValueOrDefault(ByteAlphabet.Symbol((byte)value).ToString(), -1);
        }
    }

    /// <summary>One more than the highest id.</summary>
    public int Size { get; }

    /// <summary>The model's token of each byte, -1 where it has none.</summary>
    public ReadOnlySpan<int> ByteSymbols => _byteSymbols;

    public bool TryGetId(string token, out int id) => _added.TryGetValue(token, out id) || _model.TryGetValue(token, out id);

    /// <summary>Looks in the model's vocabulary alone, where a whole pre-token may be one token.</summary>
    public bool TryGetModelId(ReadOnlySpan<char> token, out int id) =>
        _model.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out id);

    public string? GetToken(int id) => Contains(id) ? _tokens[id] : null;

    public bool IsSpecial(int id) => Contains(id) && _special[id];

    /// <summary>The bytes that a token stands for; none for an id without a token.</summary>
    public ReadOnlySpan<byte> GetBytes(int id) => Contains(id) ? _bytes.AsSpan(_byteStarts[id].._byteStarts[id + 1]) : [];

    /// <summary>The bytes of a token to keep; none for an id without a token.</summary>
    public ReadOnlyMemory<byte> GetMemory(int id) => Contains(id) ? _bytes.AsMemory(_byteStarts[id].._byteStarts[id + 1]) : default;

    /// <summary>The bytes of a token as decoding takes them: none of a special token that is skipped.</summary>
    public ReadOnlySpan<byte> GetBytes(int id, bool skipSpecialTokens) => skipSpecialTokens && IsSpecial(id) ? [] : GetBytes(id);

    /// <summary>The text of a token, the same string every time; null where its bytes are no whole text.</summary>
    public string? GetText(int id)
    {
        if (!Contains(id))
        {
            return "";
        }

        // Threads that come here at once make the same text, and either may stay.
        return _texts[id] ??= GetBytes(id) is var bytes && Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;
    }

    private bool Contains(int id) => (uint)id < (uint)Size;
}
