namespace LoopLM.Server.Replies.Calls;

/// <summary>Where a <see cref="PythonicValueReader"/> is.</summary>
internal enum PythonicValueState
{
    /// <summary>Before a value or a key.</summary>
    Before,

    /// <summary>In a string.</summary>
    Text,

    /// <summary>In an escape of a string.</summary>
    Escape,

    /// <summary>In the digits of an escape.</summary>
    Digits,

    /// <summary>In a word or a number.</summary>
    Word,

    /// <summary>After a value or a key.</summary>
    After,
}
