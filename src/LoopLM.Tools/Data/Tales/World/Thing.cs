namespace LoopLM.Tools.Data.Tales.World;

/// <summary>A thing in a tale.</summary>
/// <param name="Noun">The noun, which names no other thing in the tale.</param>
/// <param name="Look">What it looks like: small, shiny.</param>
/// <param name="Colour">Its colour.</param>
internal sealed record Thing(string Noun, string Look, string Colour);
