using System.Globalization;
using System.Runtime.CompilerServices;

namespace LoopLM.Engine.Errors;

/// <summary>
/// A message that names fields as values: <c>$"{new Field("top_k")} is {value}."</c>. Whoever writes it says how the fields are called
/// there. Other values are formatted at once, the same in every culture.
/// </summary>
[InterpolatedStringHandler]
public sealed class ErrorMessage
{
    /// <summary>Texts and <see cref="Field"/>s in order.</summary>
    private readonly List<object> _parts;

    /// <summary>Begins a message; for the compiler.</summary>
    /// <param name="literalLength">Characters of its literals.</param>
    /// <param name="formattedCount">How many values it holds.</param>
    public ErrorMessage(int literalLength, int formattedCount) =>
        _parts = new List<object>(literalLength == 0 ? formattedCount : (2 * formattedCount) + 1);

    /// <summary>A message that names no field as a value.</summary>
    public static implicit operator ErrorMessage(string text) => FromString(text);

    /// <summary>A message that names no field as a value.</summary>
    public static ErrorMessage FromString(string text)
    {
        var message = new ErrorMessage(text.Length, 0);
        message.AppendLiteral(text);
        return message;
    }

    /// <summary>Appends text as it is.</summary>
    public void AppendLiteral(string value) => _parts.Add(value);

    /// <summary>Appends a field, which is named when the message is written.</summary>
    public void AppendFormatted(Field value) => _parts.Add(value);

    /// <summary>Appends another message with its fields.</summary>
    public void AppendFormatted(ErrorMessage value) => _parts.AddRange(value._parts);

    /// <summary>Appends a value.</summary>
    public void AppendFormatted<T>(T value) => _parts.Add(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");

    /// <summary>Appends a value in a format.</summary>
    public void AppendFormatted<T>(T value, string format)
        where T : IFormattable => _parts.Add(value.ToString(format, CultureInfo.InvariantCulture));

    /// <summary>Writes the message.</summary>
    /// <param name="nameOf">How a field is called.</param>
    public string Write(Func<Field, string> nameOf) =>
        string.Concat(_parts.Select(part => part is Field field ? new Field(nameOf(field)).ToString() : (string)part));

    /// <summary>The message with the names of REST.</summary>
    public override string ToString() => string.Concat(_parts);
}
