namespace LoopLM.Server.Replies.Calls;

/// <summary>What became of a character that a <see cref="CallReader"/> was given.</summary>
internal enum CallStep
{
    /// <summary>It was taken, and more may follow.</summary>
    More,

    /// <summary>It was taken, and it ends the calls.</summary>
    Done,

    /// <summary>It belongs to no call: neither it nor what is held before it was taken.</summary>
    Over,
}
