using System.Globalization;
using System.Numerics;
using LoopLM.Jinja.Execution.Texts;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution.Filters;

/// <summary>What filters read of an item by a path such as <c>function.name</c>.</summary>
internal static class Attributes
{
    /// <summary>What a path finds; the item itself where there is no path.</summary>
    /// <param name="item">The item.</param>
    /// <param name="path">Names and numbers with points between, or a key; null or none for the item.</param>
    /// <param name="budget">What it spends.</param>
    /// <param name="missing">What stands for what is not there; null or none for an undefined value.</param>
    public static JinjaValue Find(JinjaValue item, JinjaValue? path, Budget budget, JinjaValue? missing = null)
    {
        budget.Step();
        if (path is null or NoneValue)
        {
            return item;
        }

        if (path is not TextValue text)
        {
            return Step(item, path);
        }

        budget.Work(text.Value.Length);
        budget.Step(text.Value.AsSpan().Count('.'));
        return text.Value.Split('.').Aggregate(item, (value, name) => Step(value, Key(name)));

        JinjaValue Step(JinjaValue value, JinjaValue key) =>
            Members.GetItem(value, key, budget) is var found && found is UndefinedValue && missing is not (null or NoneValue) ? missing : found;
    }

    /// <summary>What orders an item: the values of the paths between commas.</summary>
    public static ListValue FindAll(JinjaValue item, JinjaValue? paths, bool ignoresCase, Budget budget)
    {
        JinjaValue?[] each = paths is TextValue text ? [.. text.Value.Split(',').Select(OfTemplate)] : [paths];
        return new([.. each.Select(path => Comparable(Find(item, path, budget), ignoresCase, budget))]);
    }

    /// <summary>A value to compare: a text in lower case where its case does not count.</summary>
    public static JinjaValue Comparable(JinjaValue value, bool ignoresCase, Budget budget)
    {
        if (value is not TextValue text || !ignoresCase)
        {
            return value;
        }

        budget.Create(text.Value.Length);
        return text with { Text = Cases.Lower(text.Text, budget) };
    }

    private static JinjaValue Key(string name) =>
        name.Length > 0 && name.Length < 20 && name.All(char.IsAsciiDigit) ? Of(BigInteger.Parse(name, CultureInfo.InvariantCulture)) : OfTemplate(name);
}
