using System.Collections.Immutable;

namespace LoopLM.Tools.Data.Tales.Questions;

/// <summary>How a question names someone or something: <c>the one who lost the hat</c>.</summary>
/// <param name="Text">The words.</param>
/// <param name="Id">The name or noun that is meant.</param>
/// <param name="Evidence">Numbers of the events that say who or what is meant.</param>
internal sealed record Reference(string Text, string Id, ImmutableSortedSet<int> Evidence);
