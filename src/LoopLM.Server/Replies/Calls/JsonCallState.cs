namespace LoopLM.Server.Replies.Calls;

/// <summary>Where a <see cref="JsonCallReader"/> is.</summary>
internal enum JsonCallState
{
    /// <summary>Before a call, or a list of calls.</summary>
    Start,

    /// <summary>In a name that is before its arguments.</summary>
    Name,

    /// <summary>Before a member of the object.</summary>
    Member,

    /// <summary>In a member's key.</summary>
    Key,

    /// <summary>After a key.</summary>
    Colon,

    /// <summary>In a member's value, which is kept until it is whole.</summary>
    Value,

    /// <summary>In arguments, which are given as they come.</summary>
    Arguments,

    /// <summary>After a call.</summary>
    After,
}
