namespace LoopLM.Text.Tokenization.Merging;

/// <summary>What two neighbouring symbols become.</summary>
/// <param name="Rank">Lower ranks merge first; ranks are unique.</param>
/// <param name="Id">The token that replaces the pair.</param>
internal readonly record struct Merge(int Rank, int Id)
{
    /// <summary>The pair does not merge: its rank is above every other.</summary>
    public static Merge None => new(int.MaxValue, -1);

    public bool IsNone => Rank == int.MaxValue;
}
