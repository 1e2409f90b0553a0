using LoopLM.Engine.Exits;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.Conversations;

/// <summary>Maps the effort of reasoning to depth: a looped model thinks by looping.</summary>
internal static class ReasoningEffort
{
    /// <summary>
    /// The depth of an effort: none and minimal one loop, low half of the model's loops, medium whatever the exit policy gives, high and
    /// more all loops. What the request says of depth itself goes before.
    /// </summary>
    /// <param name="exit">What the request says of depth.</param>
    /// <param name="effort">The effort; null changes nothing.</param>
    /// <param name="loops">The model's loops.</param>
    public static ExitSettings Apply(ExitSettings exit, string? effort, int loops)
    {
        var (least, most) = effort switch
        {
            "none" or "minimal" => (null, 1),
            "low" => (null, (loops + 1) / 2),
            "high" or "xhigh" or "max" => ((int?)loops, (int?)null),
            _ => (null, null),
        };
        return exit is { Policy: null, Threshold: null, MinLoops: null, MaxLoops: null, Trace: null }
            ? exit with { MinLoops = least, MaxLoops = most }
            : exit;
    }

    /// <summary>Reads an effort. A problem is left in <see cref="RequestFields.Error"/>.</summary>
    /// <param name="fields">Among which it is.</param>
    /// <param name="name">Its name.</param>
    public static string? Read(RequestFields fields, string name)
    {
        var effort = fields.Text(name);
        if (effort is not (null or "none" or "minimal" or "low" or "medium" or "high" or "xhigh" or "max"))
        {
            fields.Report(RequestErrorKind.InvalidValue, name,
                $"'{name}' is {ClientWord.Quote(effort)}; it must be none, minimal, low, medium, high, xhigh or max.");
        }

        return effort;
    }
}
