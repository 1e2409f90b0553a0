namespace LoopLM.Server.Replies.Calls;

/// <summary>Where a <see cref="JsonCallReader"/> stands.</summary>
internal enum JsonCallPlace
{
    /// <summary>Before a call, or a list of calls.</summary>
    Start,

    /// <summary>In a name that stands before its arguments.</summary>
    Name,

    /// <summary>Before a member of the object.</summary>
    Member,

    /// <summary>In a member's key.</summary>
    Key,

    /// <summary>Behind a key.</summary>
    Colon,

    /// <summary>In a member's value, which is kept until it is whole.</summary>
    Value,

    /// <summary>In arguments, which are given as they come.</summary>
    Arguments,

    /// <summary>Behind a call.</summary>
    Behind,
}
