namespace LoopLM.Checkpoints;

/// <summary>Messages that quote files, which are not trusted: they may be long, and hold what steers a terminal.</summary>
internal static class FileText
{
    private const int MaxChars = 1000;

    /// <summary>A message with escapes in place of control characters, cut where it is long.</summary>
    public static string Show(string message) =>
        string.Concat(message.Take(MaxChars).Select(each => char.IsControl(each) ? $"\\u{(int)each:x4}" : $"{each}"))
        + (message.Length > MaxChars ? "..." : "");
}
