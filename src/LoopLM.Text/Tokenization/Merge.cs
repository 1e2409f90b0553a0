namespace LoopLM.Text.Tokenization;

/// <summary>What two neighbouring symbols become.</summary>
/// <param name="Rank">Lower ranks merge first; ranks are unique.</param>
/// <param name="Id">The token that replaces the pair.</param>
internal readonly record struct Merge(int Rank, int Id);
