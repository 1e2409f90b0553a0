using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LoopLM.Server.Errors;

namespace LoopLM.Server.Configuration;

/// <summary>Checks single values of the configuration as they are written.</summary>
internal static class SettingValues
{
    /// <summary>What is wrong with a value, as the rest of a sentence; null where nothing is.</summary>
    public static string? FindProblem(SettingShape.Value shape, string text)
    {
        var attributes = shape.Property?.GetCustomAttributes(inherit: true).OfType<ValidationAttribute>().ToList() ?? [];
        if (attributes.OfType<RequiredAttribute>().Any() || (text.Length == 0 && IsNullable(shape)))
        {
            // What must be there is checked where all of its section is known.
            return null;
        }

        var broken = TryConvert(shape.Type, text, out var value) ? attributes.Find(attribute => !attribute.IsValid(value)) : null;
        if (value is not null && broken is null)
        {
            return null;
        }

        broken ??= attributes.Find(attribute => attribute is RangeAttribute);
        var rule = broken switch
        {
            RangeAttribute { Minimum: var least, Maximum: var most } => $"it must be {Kind(shape.Type)} from {least} to {most}",
            StringLengthAttribute length => $"it must have {length.MinimumLength} to {length.MaximumLength} characters",
            { ErrorMessage: { } message } => message.TrimEnd('.'),
            _ => $"it must be {Kind(shape.Type)}",
        };
        return $"is '{ClientText.Show(text, 64)}'; {rule}.";
    }

    /// <summary>The value that a property has where the configuration has none, as it would be written.</summary>
    public static string DefaultOf(SettingShape.Value shape) =>
        shape.Property is { } property
            ? Convert.ToString(property.GetValue(Activator.CreateInstance(property.ReflectedType!)), CultureInfo.InvariantCulture) ?? ""
            : "";

    private static bool IsNullable(SettingShape.Value shape) =>
        shape.Property?.PropertyType is { } type && Nullable.GetUnderlyingType(type) is not null;

    private static bool TryConvert(Type type, string text, [NotNullWhen(true)] out object? value)
    {
        try
        {
            value = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or NotSupportedException)
        {
            value = null;
        }

        value = type.IsEnum && value is not null && !Enum.IsDefined(type, value) ? null : value;
        return value is not null;
    }

    private static string Kind(Type type) =>
        type == typeof(bool) ? "true or false"
        : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}"
        : type == typeof(TimeSpan) ? "a time such as 00:01:30"
        : type == typeof(float) || type == typeof(double) ? "a number"
        : type.IsValueType ? "a whole number"
        : "a text";
}
