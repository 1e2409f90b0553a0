using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LoopLM.Torch.Kernels;

namespace LoopLM.Training.Kernels;

/// <summary>
/// Causal attention within documents, one document and one head of keys at a time, so that all of it stays in the first two caches, and
/// 16 queries at a time, one in each lane: softmax and mask then need no sums across a vector.
/// </summary>
/// <remarks>
/// Rows lie in the order of lanes, which dot products do not notice, and in chunks [d / 32, rows, 32], so that the distance of two rows is
/// a constant. All products of matrices are made of one tile, <see cref="Multiply"/>.
/// </remarks>
internal sealed unsafe class DocumentAttentionKernel<T, TLanes> : IDisposable
    where T : unmanaged
    where TLanes : ILanes<T>
{
    /// <summary>Lanes of a vector, and queries of a block.</summary>
    private const int Width = 16;

    /// <summary>Rows of a tile.</summary>
    private const int TileRows = 8;

    /// <summary>Elements of a row in one chunk.</summary>
    private const int Chunk = ILanes<T>.Count;

    private readonly long _heads;
    private readonly long _kvHeads;
    private readonly int _size;
    private readonly (int Start, int Length)[] _documents;
    private readonly int _padded;
    private readonly float _scale;
    private readonly float* _keys;
    private readonly float* _values;
    private readonly float* _keyGradients;
    private readonly float* _valueGradients;
    private readonly float* _queries;
    private readonly float* _queriesTransposed;
    private readonly float* _incoming;
    private readonly float* _incomingTransposed;
    private readonly float* _results;
    private readonly float* _probabilities;
    private readonly float* _scoreGradients;

    /// <summary>Reserves the room that a pass needs.</summary>
    /// <param name="heads">Heads of the queries.</param>
    /// <param name="kvHeads">Heads of the keys; divides heads.</param>
    /// <param name="size">Elements of a head (d), a multiple of 32.</param>
    /// <param name="documents">First position and length of each.</param>
    public DocumentAttentionKernel(long heads, long kvHeads, long size, (int Start, int Length)[] documents)
    {
        (_heads, _kvHeads, _size, _documents) = (heads, kvHeads, (int)size, documents);
        _padded = Padded(documents.Select(document => document.Length).DefaultIfEmpty(0).Max());
        _scale = 1 / MathF.Sqrt(size);
        var (rows, block, scores) = (_padded * _size, Width * _size, _padded * Width);

        // Every part is a multiple of a cache line, and no vector straddles two.
        var next = (float*)NativeMemory.AlignedAlloc(
            (nuint)((4 * rows) + (5 * block) + (2 * scores)) * sizeof(float), Width * sizeof(float));
        float* Take(int count) => (next += count) - count;
        _keys = Take(rows);
        _values = Take(rows);
        _keyGradients = Take(rows);
        _valueGradients = Take(rows);
        _queries = Take(block);
        _queriesTransposed = Take(block);
        _incoming = Take(block);
        _incomingTransposed = Take(block);
        _results = Take(block);
        _probabilities = Take(scores);
        _scoreGradients = Take(scores);
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(_keys);

    /// <summary>O = softmax(scale Q K^T) V.</summary>
    public void Forward(T* q, T* k, T* v, T* output)
    {
        foreach (var (start, length) in _documents)
        {
            for (var kvHead = 0L; kvHead < _kvHeads; kvHead++)
            {
                Read(k, _kvHeads, kvHead, start, length, 1, _keys, _padded);
                Read(v, _kvHeads, kvHead, start, length, 1, _values, _padded);
                for (var head = kvHead * _heads / _kvHeads; head < (kvHead + 1) * _heads / _kvHeads; head++)
                {
                    for (var first = 0; first < length; first += Width)
                    {
                        var (keys, count) = (first + Width, Math.Min(Width, length - first));
                        Read(q, _heads, head, start + first, count, _scale, _queries, Width);
                        Transpose(_queries, _queriesTransposed);
                        Dot(_keys, _queriesTransposed, keys, _probabilities);
                        Normalise(Exponentials(keys), keys);
                        Mix(_probabilities, _values, keys);
                        Write(_results, Width, output, _heads, head, start + first, count, 1);
                    }
                }
            }
        }
    }

    /// <summary>
    /// With P the probabilities and g the incoming gradient: dv_j += P_j g, dP_j = g v_j, dS = P (dP - sum
    /// P dP), dq = scale dS k, dk_j += scale dS_j q.
    /// </summary>
    public void Backward(T* q, T* k, T* v, T* incoming, T* dq, T* dk, T* dv)
    {
        foreach (var (start, length) in _documents)
        {
            for (var kvHead = 0L; kvHead < _kvHeads; kvHead++)
            {
                Read(k, _kvHeads, kvHead, start, length, 1, _keys, _padded);
                Read(v, _kvHeads, kvHead, start, length, 1, _values, _padded);
                var firstHead = kvHead * _heads / _kvHeads;
                for (var head = firstHead; head < (kvHead + 1) * _heads / _kvHeads; head++)
                {
                    for (var first = 0; first < length; first += Width)
                    {
                        // The first head meets 16 new keys in each block, the others know them all.
                        var (keys, count, known) = (first + Width, Math.Min(Width, length - first), head == firstHead ? first : length);
                        Read(q, _heads, head, start + first, count, _scale, _queries, Width);
                        Read(incoming, _heads, head, start + first, count, 1, _incoming, Width);
                        Transpose(_queries, _queriesTransposed);
                        Transpose(_incoming, _incomingTransposed);
                        Dot(_keys, _queriesTransposed, keys, _probabilities);
                        Dot(_values, _incomingTransposed, keys, _scoreGradients);
                        ScoreGradients(Exponentials(keys), keys);
                        Spread(_probabilities, _incoming, keys, _valueGradients, known);
                        Spread(_scoreGradients, _queries, keys, _keyGradients, known);
                        Mix(_scoreGradients, _keys, keys);
                        Write(_results, Width, dq, _heads, head, start + first, count, _scale);
                    }
                }

                Write(_keyGradients, _padded, dk, _kvHeads, kvHead, start, length, 1);
                Write(_valueGradients, _padded, dv, _kvHeads, kvHead, start, length, 1);
            }
        }
    }

    /// <summary>
    /// exp(score - highest) in place of the scores [keys, 16] of a block, whose own keys are the
    /// last 16; 0 where the key comes after the query.
    /// </summary>
    /// <returns>1 / their sums over keys, by which they become probabilities.</returns>
    private Vector512<float> Exponentials(int keys)
    {
        var end = _probabilities + (keys * Width);
        for (var key = 0; key < Width; key++)
        {
            var score = end + ((key - Width) * Width);
            var hidden = Vector512.LessThan(Vector512<float>.Indices, Vector512.Create((float)key));
            Vector512.ConditionalSelect(hidden, Vector512.Create(float.NegativeInfinity), Vector512.Load(score)).Store(score);
        }

        var highest = Vector512.Create(float.NegativeInfinity);
        for (var score = _probabilities; score < end; score += Width)
        {
            highest = Vector512.MaxNative(highest, Vector512.Load(score));
        }

        var sum = Vector512<float>.Zero;
        for (var score = _probabilities; score < end; score += Width)
        {
            var exponential = Exponential.Of(Vector512.Load(score) - highest);
            exponential.Store(score);
            sum += exponential;
        }

        return Vector512<float>.One / sum;
    }

    /// <summary>P of exponentials.</summary>
    private void Normalise(Vector512<float> inverse, int keys)
    {
        for (var p = _probabilities; p < _probabilities + (keys * Width); p += Width)
        {
            (Vector512.Load(p) * inverse).Store(p);
        }
    }

    /// <summary>P of exponentials, and dS in place of dP.</summary>
    private void ScoreGradients(Vector512<float> inverse, int keys)
    {
        var p = _probabilities;
        var ds = _scoreGradients;
        var mean = Vector512<float>.Zero;
        for (var i = 0; i < keys * Width; i += Width)
        {
            var probability = Vector512.Load(p + i) * inverse;
            probability.Store(p + i);
            mean = Vector512.FusedMultiplyAdd(probability, Vector512.Load(ds + i), mean);
        }

        for (var i = 0; i < keys * Width; i += Width)
        {
            (Vector512.Load(p + i) * (Vector512.Load(ds + i) - mean)).Store(ds + i);
        }
    }

    /// <summary>Dot products [keys, 16] of rows with the 16 columns of a block.</summary>
    private void Dot(float* rows, float* columns, int keys, float* products)
    {
        for (var j = 0; j < keys; j += TileRows)
        {
            for (var t = 0; t < _size; t += Chunk)
            {
                Multiply(rows + ((t * _padded) + (j * Chunk)), Chunk, 1, columns + (t * Width),
                    Width, Chunk, products + (j * Width), Width, add: t > 0);
            }
        }
    }

    /// <summary>For each query of the block: results = sum_j weight_j row_j; weights [keys, 16].</summary>
    private void Mix(float* weights, float* rows, int keys)
    {
        for (var i = 0; i < Width; i += TileRows)
        {
            for (var t = 0; t < _size; t += Width)
            {
                Multiply(weights + i, 1, Width, rows + Place(t, _padded), Chunk, keys,
                    _results + Place(t, Width) + (i * Chunk), Chunk, add: false);
            }
        }
    }

    /// <summary>
    /// For each key: row_j += sum over the queries of the block of weight_j times the query's row, where rows
    /// from the known on start at 0; weights [keys, 16].
    /// </summary>
    private void Spread(float* weights, float* block, int keys, float* rows, int known)
    {
        for (var j = 0; j < keys; j += TileRows)
        {
            for (var t = 0; t < _size; t += Width)
            {
                Multiply(weights + (j * Width), Width, 1, block + Place(t, Width), Chunk,
                    Width, rows + Place(t, _padded) + (j * Chunk), Chunk, add: j < known);
            }
        }
    }

    /// <summary>Where element t of the first of so many rows is; t is a multiple of 16.</summary>
    private static int Place(int t, int rows) => (t / Chunk * Chunk * rows) + (t % Chunk);

    /// <summary>
    /// c[i, 0..15] = or += sum_k a[i, k] b[k, 0..15] for 8 rows i. Their sums stay in registers, and each vector of b serves all of them.
    /// </summary>
    /// <param name="a">The left matrix.</param>
    /// <param name="row">Distance of its rows.</param>
    /// <param name="column">Distance of its columns.</param>
    /// <param name="b">The right matrix.</param>
    /// <param name="rowOfB">Distance of its rows.</param>
    /// <param name="count">Columns of a and rows of b.</param>
    /// <param name="c">The product.</param>
    /// <param name="rowOfC">Distance of its rows.</param>
    /// <param name="add">Whether it is added to what is there.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(float* a, int row, int column, float* b, int rowOfB, int count, float* c, int rowOfC, bool add)
    {
        var (s0, s1, s2, s3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (s4, s5, s6, s7) = (s0, s1, s2, s3);
        if (add)
        {
            (s0, s1, s2, s3) = (Vector512.Load(c), Vector512.Load(c + rowOfC),
                Vector512.Load(c + (2 * rowOfC)), Vector512.Load(c + (3 * rowOfC)));
            (s4, s5, s6, s7) = (Vector512.Load(c + (4 * rowOfC)), Vector512.Load(c + (5 * rowOfC)),
                Vector512.Load(c + (6 * rowOfC)), Vector512.Load(c + (7 * rowOfC)));
        }

        for (var k = 0; k < count; k++, a += column, b += rowOfB)
        {
            var x = Vector512.Load(b);
            s0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[0]), x, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[row]), x, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[2 * row]), x, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[3 * row]), x, s3);
            s4 = Vector512.FusedMultiplyAdd(Vector512.Create(a[4 * row]), x, s4);
            s5 = Vector512.FusedMultiplyAdd(Vector512.Create(a[5 * row]), x, s5);
            s6 = Vector512.FusedMultiplyAdd(Vector512.Create(a[6 * row]), x, s6);
            s7 = Vector512.FusedMultiplyAdd(Vector512.Create(a[7 * row]), x, s7);
        }

        s0.Store(c);
        s1.Store(c + rowOfC);
        s2.Store(c + (2 * rowOfC));
        s3.Store(c + (3 * rowOfC));
        s4.Store(c + (4 * rowOfC));
        s5.Store(c + (5 * rowOfC));
        s6.Store(c + (6 * rowOfC));
        s7.Store(c + (7 * rowOfC));
    }

    /// <summary>Columns [d, 16] of the 16 rows of a block.</summary>
    private void Transpose(float* rows, float* columns)
    {
        for (var t = 0; t < _size; t += Chunk, rows += Width * Chunk)
        {
            for (var e = 0; e < Chunk; e++, columns += Width)
            {
                for (var i = 0; i < Width; i++)
                {
                    columns[i] = rows[(i * Chunk) + e];
                }
            }
        }
    }

    /// <summary>
    /// Reads the rows of one head into chunks of so many rows, and clears those after them up to the next multiple of 16.
    /// </summary>
    private void Read(T* from, long heads, long head, int start, int count, float factor, float* to, int rows)
    {
        var scale = Vector512.Create(factor);
        for (var t = 0; t < _size; t += Chunk, to += rows * Chunk)
        {
            for (var i = 0; i < count; i++)
            {
                var (a, b) = TLanes.Load(from + ((((start + i) * heads) + head) * _size) + t);
                (a * scale).Store(to + (i * Chunk));
                (b * scale).Store(to + (i * Chunk) + Width);
            }

            new Span<float>(to + (count * Chunk), (Padded(count) - count) * Chunk).Clear();
        }
    }

    /// <summary>Writes the rows of one head from chunks of so many rows.</summary>
    private void Write(float* from, int rows, T* to, long heads, long head, int start, int count, float factor)
    {
        var scale = Vector512.Create(factor);
        for (var t = 0; t < _size; t += Chunk, from += rows * Chunk)
        {
            for (var i = 0; i < count; i++)
            {
                var (a, b) = (Vector512.Load(from + (i * Chunk)), Vector512.Load(from + (i * Chunk) + Width));
                TLanes.Store(to + ((((start + i) * heads) + head) * _size) + t, a * scale, b * scale);
            }
        }
    }

    private static int Padded(int length) => (length + Width - 1) / Width * Width;
}
