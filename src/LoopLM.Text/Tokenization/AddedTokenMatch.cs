namespace LoopLM.Text.Tokenization;

/// <summary>An added token found in a text; the range includes the white space it strips.</summary>
internal readonly record struct AddedTokenMatch(int Id, int Start, int End);
