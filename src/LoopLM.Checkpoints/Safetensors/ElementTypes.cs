using System.Collections.Frozen;

namespace LoopLM.Checkpoints.Safetensors;

/// <summary>Names and sizes of <see cref="ElementType"/>.</summary>
internal static class ElementTypes
{
    private static readonly FrozenDictionary<string, ElementType> s_byName = new Dictionary<string, ElementType>
    {
        ["F32"] = ElementType.Float32,
        ["BF16"] = ElementType.BFloat16,
        ["F16"] = ElementType.Float16,
        ["I8"] = ElementType.Int8,
        ["U8"] = ElementType.UInt8,
        ["I32"] = ElementType.Int32,
        ["I64"] = ElementType.Int64,
        ["BOOL"] = ElementType.Boolean,
        ["I16"] = ElementType.Int16,
        ["U16"] = ElementType.UInt16,
        ["U32"] = ElementType.UInt32,
        ["U64"] = ElementType.UInt64,
        ["F64"] = ElementType.Float64,
        ["F8_E4M3"] = ElementType.Float8E4M3,
        ["F8_E5M2"] = ElementType.Float8E5M2,
    }.ToFrozenDictionary();

    /// <summary>Every name of the format that is known.</summary>
    public static IEnumerable<string> Names => s_byName.Keys.Order(StringComparer.Ordinal);

    /// <summary>Finds a type by its name in the format, e.g. <c>BF16</c>.</summary>
    public static bool TryParse(string name, out ElementType type) => s_byName.TryGetValue(name, out type);

    /// <summary>The name of a type in the format.</summary>
    public static string NameOf(ElementType type) => s_byName.First(pair => pair.Value == type).Key;

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(ElementType type) => type switch
    {
        ElementType.Int64 or ElementType.UInt64 or ElementType.Float64 => 8,
        ElementType.Float32 or ElementType.Int32 or ElementType.UInt32 => 4,
        ElementType.BFloat16 or ElementType.Float16 or ElementType.Int16 or ElementType.UInt16 => 2,
        _ => 1,
    };
}
