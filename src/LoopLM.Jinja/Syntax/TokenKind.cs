namespace LoopLM.Jinja.Syntax;

/// <summary>The kinds of <see cref="Token"/>.</summary>
internal enum TokenKind
{
    /// <summary>Text between tags.</summary>
    Data,

    /// <summary><c>{%</c></summary>
    TagOpen,

    /// <summary><c>%}</c></summary>
    TagClose,

    /// <summary><c>{{</c></summary>
    OutputOpen,

    /// <summary><c>}}</c></summary>
    OutputClose,

    /// <summary>A name or a word of the language.</summary>
    Name,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with a fraction or an exponent.</summary>
    Float,

    /// <summary>A string; the token's text is its value.</summary>
    String,

    /// <summary>An operator or a bracket.</summary>
    Operator,

    /// <summary>The end of the template.</summary>
    End,
}
