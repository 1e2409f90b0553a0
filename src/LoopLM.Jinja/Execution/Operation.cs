namespace LoopLM.Jinja.Execution;

/// <summary>What a filter, a test or a method does.</summary>
/// <param name="subject">What it is applied to.</param>
/// <param name="arguments">Its arguments.</param>
/// <param name="budget">What it spends.</param>
internal delegate JinjaValue Operation(JinjaValue subject, Arguments arguments, Budget budget);
