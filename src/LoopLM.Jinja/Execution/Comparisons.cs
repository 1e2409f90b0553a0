namespace LoopLM.Jinja.Execution;

/// <summary>The comparing operators.</summary>
internal static class Comparisons
{
    public static bool Holds(string sign, JinjaValue left, JinjaValue right, Budget budget) => sign switch
    {
        "==" => Values.AreEqual(left, right, budget),
        "!=" => !Values.AreEqual(left, right, budget),
        "in" => Values.Contains(right, left, budget),
        "not in" => !Values.Contains(right, left, budget),
        "<" => Values.IsLess(left, right, budget),
        "<=" => Values.IsLess(left, right, budget, orEqual: true),
        ">" => Values.IsLess(right, left, budget),
        ">=" => Values.IsLess(right, left, budget, orEqual: true),
        _ => throw new ArgumentOutOfRangeException(nameof(sign)),
    };
}
