namespace LoopLM.Tools.Soak;

/// <summary>What a soak has seen.</summary>
/// <param name="Lines">What to print.</param>
/// <param name="Problems">What is wrong; empty where the server has kept its promises.</param>
internal sealed record SoakReport(IReadOnlyList<string> Lines, IReadOnlyList<string> Problems);
