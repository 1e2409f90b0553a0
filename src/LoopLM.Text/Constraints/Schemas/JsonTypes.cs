namespace LoopLM.Text.Constraints.Schemas;

/// <summary>The types that JSON Schema knows; every integer is a number too.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Object = 1,
    Array = 2,
    String = 4,
    Integer = 8,
    Number = 16,
    Boolean = 32,
    Null = 64,
}
