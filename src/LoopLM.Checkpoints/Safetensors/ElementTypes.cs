using System.Collections.Frozen;

namespace LoopLM.Checkpoints.Safetensors;

/// <summary>Names and sizes of <see cref="ElementType"/>.</summary>
public static class ElementTypes
{
    private static readonly FrozenDictionary<string, ElementType> ByName = new Dictionary<string, ElementType>
    {
        ["F32"] = ElementType.Float32,
        ["BF16"] = ElementType.BFloat16,
        ["F16"] = ElementType.Float16,
        ["I8"] = ElementType.Int8,
        ["U8"] = ElementType.UInt8,
        ["I32"] = ElementType.Int32,
        ["I64"] = ElementType.Int64,
    }.ToFrozenDictionary();

    /// <summary>Every name of the format that is known.</summary>
    public static IEnumerable<string> Names => ByName.Keys.Order(StringComparer.Ordinal);

    /// <summary>Finds a type by its name in the format, e.g. <c>BF16</c>.</summary>
    public static bool TryParse(string name, out ElementType type) => ByName.TryGetValue(name, out type);

    /// <summary>The name of a type in the format.</summary>
    public static string NameOf(ElementType type) => ByName.First(pair => pair.Value == type).Key;

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(ElementType type) => type switch
    {
        ElementType.Int64 => 8,
        ElementType.Float32 or ElementType.Int32 => 4,
        ElementType.BFloat16 or ElementType.Float16 => 2,
        _ => 1,
    };
}
