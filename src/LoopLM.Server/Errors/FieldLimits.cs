using LoopLM.Engine.Errors;

namespace LoopLM.Server.Errors;

/// <summary>Checks of fields against limits that the operator sets.</summary>
internal static class FieldLimits
{
    /// <summary>Refuses a number that is not between two others, both allowed.</summary>
    /// <param name="field">Where it is.</param>
    /// <param name="value">The number.</param>
    /// <param name="least">The least.</param>
    /// <param name="most">The most.</param>
    /// <param name="setting">The setting of the most; null where it needs no name.</param>
    public static RequestError? Range(string field, int value, int least, int most, string? setting = null) =>
        value >= least && value <= most ? null
        : RequestError.Invalid(
            field,
            $"{new Field(field)} is {value}; it must be between {least} and {most}{(setting is null ? "" : $", which {setting} sets")}.");

    /// <summary>Refuses too many entries.</summary>
    public static RequestError? Count(string field, int count, int most) =>
        count <= most ? null : RequestError.Invalid(field, $"{new Field(field)} has {count} entries; at most {most} are allowed.");

    /// <summary>Refuses too many texts, empty ones and long ones.</summary>
    /// <param name="field">Where they are.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="most">Most texts.</param>
    /// <param name="longest">Most UTF-16 units of each.</param>
    public static RequestError? Texts(string field, IReadOnlyList<string> texts, int most, int longest) =>
        Count(field, texts.Count, most)
        ?? (texts.Any(each => each.Length == 0)
            ? RequestError.Invalid(field, $"{new Field(field)} contains an empty string; every string must have at least one character.")
        : texts.FirstOrDefault(each => each.Length > longest) is { } tooLong
            ? RequestError.Invalid(
                field, $"{new Field(field)} contains a string of {tooLong.Length} characters; at most {longest} are allowed.")
        : null);
}
