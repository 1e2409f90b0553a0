using LoopLM.Server.Configuration;

namespace LoopLM.Server.Rest.Requests;

/// <summary>Finds the field that a misspelt name means.</summary>
internal static class MisspeltFields
{
    // One letter makes another word of a short name.
    private const int MinMisspelt = 8;

    /// <summary>
    /// The field that a name spells otherwise: in other letter case, with other marks between words, or, if long, with one slip.
    /// </summary>
    /// <returns>The field; null where there is none.</returns>
    public static string? FindMeant(string name, IEnumerable<string> known) =>
        known.FirstOrDefault(each => SettingNames.DistanceOf(name, each) <= (Math.Min(name.Length, each.Length) >= MinMisspelt ? 1 : 0));
}
