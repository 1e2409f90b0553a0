using LoopLM.Server.Configuration;
using LoopLM.Server.Generations;

namespace LoopLM.Server.OpenAi.Requests;

/// <summary>Names fields as an endpoint does.</summary>
internal static class FieldNames
{
    // One letter makes another word of a short name.
    private const int MinMisspelt = 8;

    /// <summary>The field that a name spells otherwise: in other letter case, with other marks between words, or, if long, with one slip.</summary>
    /// <returns>The field; null where there is none.</returns>
    public static string? FindMeant(string name, IEnumerable<string> known) =>
        known.FirstOrDefault(each => SettingNames.DistanceOf(name, each) <= (Math.Min(name.Length, each.Length) >= MinMisspelt ? 1 : 0));

    /// <summary>The error under another name of its field.</summary>
    public static RequestError Renamed(this RequestError error, string? name) =>
        error with { Field = name, Message = error.Message.Replace($"'{error.Field}'", $"'{name}'", StringComparison.Ordinal) };
}
