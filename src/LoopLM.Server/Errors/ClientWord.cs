namespace LoopLM.Server.Errors;

/// <summary>A word of a request in a message.</summary>
internal static class ClientWord
{
    private const int MaxLength = 32;

    /// <summary>The word in quotes, cut where it is long.</summary>
    public static string Quote(string word) => $"'{Shorten(word)}'";

    /// <summary>The word, cut where it is long.</summary>
    public static string Shorten(string word) => word.Length <= MaxLength ? word : word[..MaxLength] + "...";
}
