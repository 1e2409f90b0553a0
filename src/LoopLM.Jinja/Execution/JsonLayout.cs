namespace LoopLM.Jinja.Execution;

/// <summary>How <c>tojson</c> writes.</summary>
/// <param name="Indent">What a level is indented by; null keeps all on one line.</param>
/// <param name="ItemSeparator">Between items.</param>
/// <param name="KeySeparator">Between a key and its value.</param>
/// <param name="SortKeys">Whether keys are sorted.</param>
/// <param name="EnsureAscii">Whether what is not ASCII is escaped.</param>
internal sealed record JsonLayout(string? Indent, string ItemSeparator, string KeySeparator, bool SortKeys, bool EnsureAscii);
