using System.Reflection;

namespace LoopLM.Server.Configuration;

/// <summary>What may be under a name of the configuration.</summary>
internal abstract record SettingShape
{
    /// <summary>One value.</summary>
    /// <param name="Type">The type that it is read as.</param>
    /// <param name="Property">The property that takes it, whose attributes bound it; null where there is none.</param>
    public sealed record Value(Type Type, PropertyInfo? Property = null) : SettingShape;

    /// <summary>Names, each with what may be under it. They are found whatever their case.</summary>
    public sealed record Group(IReadOnlyDictionary<string, SettingShape> Members) : SettingShape;

    /// <summary>A list, whose names are numbers.</summary>
    public sealed record ListOf(SettingShape Element) : SettingShape;

    /// <summary>Any names, each with the same under it.</summary>
    public sealed record MapOf(SettingShape Element) : SettingShape;

    /// <summary>Whatever a library reads there.</summary>
    public sealed record Anything : SettingShape;

    /// <summary>The shape of an options class: its settable properties.</summary>
    public static Group Of(Type type, params (string Name, SettingShape Shape)[] more) => Named(
    [
        .. type.GetProperties()
            .Where(property => property.SetMethod is { IsPublic: true } && property.PropertyType != typeof(ReadOnlyMemory<int>?))
            .Select(property => (property.Name, Of(property))),
        .. more,
    ]);

    /// <summary>A group of these names.</summary>
    public static Group Named(params (string Name, SettingShape Shape)[] members) =>
        new(members.ToDictionary(member => member.Name, member => member.Shape, StringComparer.OrdinalIgnoreCase));

    private static SettingShape Of(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(string) || type.IsValueType)
        {
            return new Value(type, property);
        }

        if (ArgumentOf(type, typeof(IDictionary<,>)) is not null)
        {
            return new Anything();
        }

        return ArgumentOf(type, typeof(IEnumerable<>)) is not { } element ? Of(type)
            : new ListOf(element == typeof(string) || element.IsValueType ? new Value(element) : Of(element));
    }

    /// <summary>The first argument with which a type implements a generic interface; null where it does not.</summary>
    private static Type? ArgumentOf(Type type, Type generic) => type.GetInterfaces().Append(type)
        .FirstOrDefault(each => each.IsGenericType && each.GetGenericTypeDefinition() == generic)?.GetGenericArguments()[0];
}
