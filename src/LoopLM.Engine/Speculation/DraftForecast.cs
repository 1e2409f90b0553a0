namespace LoopLM.Engine.Speculation;

/// <summary>What a sequence does in a mean tick. Forecasts of several sequences add up.</summary>
/// <param name="Tokens">Tokens that it publishes.</param>
/// <param name="Rows">Rows that it runs.</param>
/// <param name="HeadRows">Rows that it puts through the head.</param>
internal readonly record struct DraftForecast(double Tokens, double Rows, double HeadRows)
{
    /// <summary>The forecast without drafts: one row, and a token when it exits.</summary>
    /// <param name="exitStep">The mean exit step, from 1.</param>
    public static DraftForecast Plain(double exitStep) => new(1 / exitStep, 1, 1 / exitStep);

    /// <summary>
    /// The forecast with drafts: a position whose draft was accepted starts <paramref name="loop"/> ticks
    /// after the one before, any other when that exits.
    /// </summary>
    /// <param name="exitStep">The mean exit step, above <paramref name="loop"/>.</param>
    /// <param name="loop">The loop after which a position drafts, from 1.</param>
    /// <param name="share">The share of drafts that are accepted, 0 to 1.</param>
    public static DraftForecast Drafting(double exitStep, int loop, double share)
    {
        var ticks = (share * loop) + ((1 - share) * exitStep);

        // Where a draft is wrong, it and those after it have run in vain.
        var (wastedLoops, wastedPositions) = (0.0, 0);
        for (var left = exitStep - loop; left > 0; left -= loop)
        {
            wastedLoops += left;
            wastedPositions++;
        }

        var loops = exitStep + ((1 - share) * wastedLoops);
        var heads = 2 + ((1 - share) * wastedPositions);
        return new(1 / ticks, loops / ticks, heads / ticks);
    }

    public static DraftForecast operator +(DraftForecast one, DraftForecast other) =>
        new(one.Tokens + other.Tokens, one.Rows + other.Rows, one.HeadRows + other.HeadRows);

    public static DraftForecast operator -(DraftForecast one, DraftForecast other) =>
        new(one.Tokens - other.Tokens, one.Rows - other.Rows, one.HeadRows - other.HeadRows);
}
