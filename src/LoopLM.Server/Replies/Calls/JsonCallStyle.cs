namespace LoopLM.Server.Replies.Calls;

/// <summary>What a <see cref="JsonCallReader"/> has to know of a format.</summary>
/// <param name="Ends">Marks that may be after calls.</param>
/// <param name="NamesFirst">Whether a call may be a name and an object of arguments after it.</param>
/// <param name="NeedsArguments">Whether an object without arguments is no call.</param>
/// <param name="HasSeparator">Whether <c>;</c> may be between calls.</param>
internal sealed record JsonCallStyle(string[] Ends, bool NamesFirst = false, bool NeedsArguments = false, bool HasSeparator = false);
