namespace LoopLM.Training.Data;

/// <summary>Windows side by side, padded to one length, and what is to be predicted in them.</summary>
public sealed class TrainingBatch
{
    /// <summary>Lays windows out.</summary>
    /// <param name="split">The documents.</param>
    /// <param name="windows">One a row.</param>
    /// <param name="length">Positions of a row, at least as many as the longest window has tokens.</param>
    public TrainingBatch(TokenSplit split, IReadOnlyList<Window> windows, int length)
    {
        (Rows, Length) = (windows.Count, length);
        Tokens = new long[Rows * Length];
        Documents = new int[Rows * Length];
        Documents.AsSpan().Fill(-1);
        var (positions, targets, indices, owners) = (new List<long>(), new List<long>(), new List<int>(), new List<int>());
        for (var row = 0; row < Rows; row++)
        {
            var (start, count, document) = windows[row];
            for (var i = 0; i < count; i++)
            {
                var (token, position) = (start + i, (row * Length) + i);
                while (token >= split.End(document))
                {
                    document++;
                }

                Tokens[position] = split.Tokens[token];
                Documents[position] = document;
                if (i > 0 && split.IsTarget[token] != 0 && Documents[position - 1] == document)
                {
                    positions.Add(position - 1);
                    targets.Add(split.Tokens[token]);
                    indices.Add(token);
                    owners.Add(document);
                }
            }
        }

        (Positions, Targets, TargetIndices, Owners) = ([.. positions], [.. targets], [.. indices], [.. owners]);
    }

    /// <summary>Rows (B).</summary>
    public int Rows { get; }

    /// <summary>Positions of each row (S).</summary>
    public int Length { get; }

    /// <summary>Token ids [B, S]; 0 where a row is padded.</summary>
    public long[] Tokens { get; }

    /// <summary>The document of each position [B, S]; -1 where a row is padded.</summary>
    public int[] Documents { get; }

    /// <summary>Flat indices into [B, S] of the positions that predict a target.</summary>
    public long[] Positions { get; }

    /// <summary>The token that follows each of <see cref="Positions"/> in the same document.</summary>
    public long[] Targets { get; }

    /// <summary>Where each of <see cref="Targets"/> is in the split.</summary>
    public int[] TargetIndices { get; }

    /// <summary>The document of each of <see cref="Positions"/>.</summary>
    public int[] Owners { get; }
}
