using System.Buffers;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using LoopLM.Text.Tokenization.Merging;

namespace LoopLM.Text.Tokenization;

/// <summary>Turns one pre-token into tokens. Thread-safe: a call changes only its own merger and list, and the cache.</summary>
/// <param name="vocabulary">Gives each byte its symbol; a byte without one is dropped, as Hugging Face does.</param>
/// <param name="ignoreMerges">A pre-token that is in the vocabulary is one token, whatever the merges say.</param>
/// <param name="forbidden">Tokens that such a pre-token may not be.</param>
internal sealed class PreTokenEncoder(Vocabulary vocabulary, bool ignoreMerges, FrozenSet<int> forbidden)
{
    private readonly PreTokenCache _cache = new();

    /// <summary>Appends a pre-token's tokens.</summary>
    /// <param name="preToken">Well-formed UTF-16.</param>
    /// <param name="merger">Scratch of this call.</param>
    /// <param name="ids">Receives the tokens.</param>
    public void Encode(ReadOnlySpan<char> preToken, BytePairMerger merger, List<int> ids)
    {
        if (_cache.TryGet(preToken, out var cached))
        {
            ids.AddRange(cached);
            return;
        }

        var start = ids.Count;
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(preToken));
        var bytes = buffer.AsSpan(0, Encoding.UTF8.GetBytes(preToken, buffer));
        if (ignoreMerges && TryGetWord(bytes, out var word))
        {
            ids.Add(word);
        }
        else
        {
            merger.MergeAll(bytes, vocabulary.ByteSymbols, ids);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        _cache.Set(preToken, CollectionsMarshal.AsSpan(ids)[start..]);
    }

    private bool TryGetWord(ReadOnlySpan<byte> bytes, out int id)
    {
        var buffer = ArrayPool<char>.Shared.Rent(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            buffer[i] = ByteAlphabet.Symbol(bytes[i]);
        }

        var found = vocabulary.TryGetModelId(buffer.AsSpan(0, bytes.Length), out id) && !forbidden.Contains(id);
        ArrayPool<char>.Shared.Return(buffer);
        return found;
    }
}
