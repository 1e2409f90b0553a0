namespace LoopLM.StructuredOutput.Schemas;

/// <summary>The types of JSON Schema, cut so that none is part of another: its <c>number</c> is an integer or a fraction, its <c>boolean</c> true or false.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Object = 1,
    Array = 2,
    String = 4,
    Integer = 8,
    Fraction = 16,
    True = 32,
    False = 64,
    Null = 128,
    Number = Integer | Fraction,
    Boolean = True | False,
    All = Object | Array | String | Number | Boolean | Null,
}
