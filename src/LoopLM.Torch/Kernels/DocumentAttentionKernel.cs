using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoopLM.Torch.Kernels;

/// <summary>Causal attention within documents, one document and one head of keys at a time, so that all of it stays in the first two caches.</summary>
/// <remarks>
/// Rows lie in the order of lanes, which dot products do not notice. Keys and values also lie transposed, [d, padded length]: then 16 keys
/// are scored at once without a sum across a vector.
/// </remarks>
internal sealed unsafe class DocumentAttentionKernel<T, TLanes>
    where T : unmanaged
    where TLanes : ILanes<T>
{
    private const int Width = 16;

    private readonly long _heads;
    private readonly long _kvHeads;
    private readonly int _size;
    private readonly (int Start, int Length)[] _documents;
    private readonly int _padded;
    private readonly float _scale;
    private readonly float[] _keys;
    private readonly float[] _values;
    private readonly float[] _keysTransposed;
    private readonly float[] _valuesTransposed;
    private readonly float[] _keyGradients;
    private readonly float[] _valueGradients;
    private readonly float[] _query;
    private readonly float[] _incoming;
    private readonly float[] _probabilities;
    private readonly float[] _scoreGradients;

    public DocumentAttentionKernel(long heads, long kvHeads, long size, (int Start, int Length)[] documents)
    {
        (_heads, _kvHeads, _size, _documents) = (heads, kvHeads, (int)size, documents);
        _padded = (documents.Select(document => document.Length).DefaultIfEmpty(0).Max() + Width - 1) / Width * Width;
        _scale = 1 / MathF.Sqrt(size);
        float[] Rows() => new float[_padded * _size];
        (_keys, _values, _keysTransposed, _valuesTransposed, _keyGradients, _valueGradients) = (Rows(), Rows(), Rows(), Rows(), Rows(), Rows());
        (_query, _incoming, _probabilities, _scoreGradients) = (new float[_size], new float[_size], new float[_padded], new float[_padded]);
    }

    public void Forward(T* q, T* k, T* v, T* output)
    {
        fixed (float* values = _values, keysT = _keysTransposed, query = _query, p = _probabilities)
        {
            foreach (var (start, length) in _documents)
            {
                for (var kvHead = 0L; kvHead < _kvHeads; kvHead++)
                {
                    Read(k, start, length, kvHead, _keys, _keysTransposed);
                    Read(v, start, length, kvHead, _values, null);
                    for (var head = kvHead * _heads / _kvHeads; head < (kvHead + 1) * _heads / _kvHeads; head++)
                    {
                        for (var i = 0; i < length; i++)
                        {
                            var row = (((long)(start + i) * _heads) + head) * _size;
                            Row(q + row, query, _scale);
                            Softmax(query, keysT, i, p);
                            for (var t = 0; t < _size; t += ILanes<T>.Count)
                            {
                                var (a, b) = Mix(p, values + t, i + 1);
                                TLanes.Store(output + row + t, a, b);
                            }
                        }
                    }
                }
            }
        }
    }

    /// <summary>With P the probabilities and g the incoming gradient: dv_j += P_j g, dP_j = g v_j, dS = P (dP - sum P dP), dq = scale dS k, dk_j += scale dS_j q.</summary>
    public void Backward(T* q, T* k, T* v, T* incoming, T* dq, T* dk, T* dv)
    {
        fixed (float* keys = _keys, keysT = _keysTransposed, valuesT = _valuesTransposed, query = _query, gradient = _incoming,
            p = _probabilities, ds = _scoreGradients, keyGradients = _keyGradients, valueGradients = _valueGradients)
        {
            var scale = Vector512.Create(_scale);
            foreach (var (start, length) in _documents)
            {
                for (var kvHead = 0L; kvHead < _kvHeads; kvHead++)
                {
                    Read(k, start, length, kvHead, _keys, _keysTransposed);
                    Read(v, start, length, kvHead, _values, _valuesTransposed);
                    _keyGradients.AsSpan(0, length * _size).Clear();
                    _valueGradients.AsSpan(0, length * _size).Clear();
                    for (var head = kvHead * _heads / _kvHeads; head < (kvHead + 1) * _heads / _kvHeads; head++)
                    {
                        for (var i = 0; i < length; i++)
                        {
                            var row = (((long)(start + i) * _heads) + head) * _size;
                            Row(q + row, query, _scale);
                            Row(incoming + row, gradient, 1);
                            Softmax(query, keysT, i, p);
                            ScoreGradients(gradient, valuesT, i, p, ds);
                            for (var t = 0; t < _size; t += ILanes<T>.Count)
                            {
                                var (a, b) = Mix(ds, keys + t, i + 1);
                                TLanes.Store(dq + row + t, a * scale, b * scale);
                                Spread(ds, query + t, keyGradients + t, i + 1);
                                Spread(p, gradient + t, valueGradients + t, i + 1);
                            }
                        }
                    }

                    Write(keyGradients, dk, start, length, kvHead);
                    Write(valueGradients, dv, start, length, kvHead);
                }
            }
        }
    }

    /// <summary>Probabilities of the keys 0..i for a scaled query; 0 up to the end of the last vector.</summary>
    private void Softmax(float* query, float* keysT, int i, float* p)
    {
        var indices = Vector512<float>.Indices;
        var most = Vector512.Create(float.NegativeInfinity);
        for (var j = 0; j <= i; j += Width)
        {
            var score = Dot(query, keysT + j);
            score = Vector512.ConditionalSelect(Vector512.LessThanOrEqual(indices + Vector512.Create((float)j), Vector512.Create((float)i)), score, Vector512.Create(float.NegativeInfinity));
            score.Store(p + j);
            most = Vector512.Max(most, score);
        }

        var (peak, sum) = (Vector512.Create(Reduction.Largest(most)), Vector512<float>.Zero);
        for (var j = 0; j <= i; j += Width)
        {
            var exponential = Vector512.Exp(Vector512.Load(p + j) - peak);
            exponential.Store(p + j);
            sum += exponential;
        }

        var inverse = Vector512.Create(1 / Vector512.Sum(sum));
        for (var j = 0; j <= i; j += Width)
        {
            (Vector512.Load(p + j) * inverse).Store(p + j);
        }
    }

    private void ScoreGradients(float* gradient, float* valuesT, int i, float* p, float* ds)
    {
        var total = Vector512<float>.Zero;
        for (var j = 0; j <= i; j += Width)
        {
            var dp = Dot(gradient, valuesT + j);
            dp.Store(ds + j);
            total += dp * Vector512.Load(p + j);
        }

        var mean = Vector512.Create(Vector512.Sum(total));
        for (var j = 0; j <= i; j += Width)
        {
            (Vector512.Load(p + j) * (Vector512.Load(ds + j) - mean)).Store(ds + j);
        }
    }

    /// <summary>Dot products of a row with 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Dot(float* row, float* columns)
    {
        var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (var t = 0; t < _size; t += 4, columns += 4L * _padded)
        {
            a = Vector512.FusedMultiplyAdd(Vector512.Create(row[t]), Vector512.Load(columns), a);
            b = Vector512.FusedMultiplyAdd(Vector512.Create(row[t + 1]), Vector512.Load(columns + _padded), b);
            c = Vector512.FusedMultiplyAdd(Vector512.Create(row[t + 2]), Vector512.Load(columns + (2L * _padded)), c);
            d = Vector512.FusedMultiplyAdd(Vector512.Create(row[t + 3]), Vector512.Load(columns + (3L * _padded)), d);
        }

        return (a + b) + (c + d);
    }

    /// <summary>sum_j weight_j row_j over 32 elements of the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (Vector512<float> A, Vector512<float> B) Mix(float* weights, float* rows, int count)
    {
        var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var j = 0;
        for (; j + 1 < count; j += 2, rows += 2L * _size)
        {
            var (first, second) = (Vector512.Create(weights[j]), Vector512.Create(weights[j + 1]));
            a = Vector512.FusedMultiplyAdd(first, Vector512.Load(rows), a);
            b = Vector512.FusedMultiplyAdd(first, Vector512.Load(rows + Width), b);
            c = Vector512.FusedMultiplyAdd(second, Vector512.Load(rows + _size), c);
            d = Vector512.FusedMultiplyAdd(second, Vector512.Load(rows + _size + Width), d);
        }

        if (j < count)
        {
            a = Vector512.FusedMultiplyAdd(Vector512.Create(weights[j]), Vector512.Load(rows), a);
            b = Vector512.FusedMultiplyAdd(Vector512.Create(weights[j]), Vector512.Load(rows + Width), b);
        }

        return (a + c, b + d);
    }

    /// <summary>rows_j += weight_j * row over 32 elements of the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Spread(float* weights, float* row, float* rows, int count)
    {
        var (a, b) = (Vector512.Load(row), Vector512.Load(row + Width));
        for (var j = 0; j < count; j++, rows += _size)
        {
            var weight = Vector512.Create(weights[j]);
            Vector512.FusedMultiplyAdd(weight, a, Vector512.Load(rows)).Store(rows);
            Vector512.FusedMultiplyAdd(weight, b, Vector512.Load(rows + Width)).Store(rows + Width);
        }
    }

    private void Row(T* from, float* to, float factor)
    {
        var scale = Vector512.Create(factor);
        for (var t = 0; t < _size; t += ILanes<T>.Count)
        {
            var (a, b) = TLanes.Load(from + t);
            (a * scale).Store(to + t);
            (b * scale).Store(to + t + Width);
        }
    }

    private void Read(T* from, int start, int length, long kvHead, float[] rows, float[]? transposed)
    {
        fixed (float* to = rows)
        {
            for (var i = 0; i < length; i++)
            {
                Row(from + ((((start + i) * _kvHeads) + kvHead) * _size), to + ((long)i * _size), 1);
            }
        }

        for (var t = 0; transposed is not null && t < _size; t++)
        {
            var column = transposed.AsSpan(t * _padded, _padded);
            for (var i = 0; i < length; i++)
            {
                column[i] = rows[(i * _size) + t];
            }
        }
    }

    private void Write(float* rows, T* to, int start, int length, long kvHead)
    {
        for (var i = 0; i < length; i++)
        {
            for (var t = 0; t < _size; t += ILanes<T>.Count)
            {
                var row = rows + ((long)i * _size) + t;
                TLanes.Store(to + ((((start + i) * _kvHeads) + kvHead) * _size) + t, Vector512.Load(row), Vector512.Load(row + Width));
            }
        }
    }
}
