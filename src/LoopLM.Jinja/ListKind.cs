namespace LoopLM.Jinja;

/// <summary>What a list is in Python. Lists of different kinds are never equal and show themselves in different ways.</summary>
internal enum ListKind
{
    /// <summary>A list.</summary>
    List,

    /// <summary>A tuple.</summary>
    Tuple,

    /// <summary>A tuple of <c>grouper</c> and <c>list</c>, which can be read by these names.</summary>
    Group,

    /// <summary>What range() gives.</summary>
    Range,

    /// <summary>A mapping's keys().</summary>
    Keys,

    /// <summary>A mapping's values().</summary>
    Values,

    /// <summary>A mapping's items().</summary>
    Items,
}
