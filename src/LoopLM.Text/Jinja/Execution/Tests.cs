using System.Collections.Frozen;
using static LoopLM.Text.Jinja.JinjaValue;

namespace LoopLM.Text.Jinja.Execution;

/// <summary>The tests, which stand behind <c>is</c>.</summary>
internal static class Tests
{
    public static FrozenDictionary<string, Operation> All { get; } = new Dictionary<string, Operation>
    {
        ["defined"] = Of(value => value is not UndefinedValue),
        ["undefined"] = Of(value => value is UndefinedValue),
        ["none"] = Of(value => value is NoneValue),
        ["boolean"] = Of(value => value is BoolValue),
        ["true"] = Of(value => value is BoolValue { Value: true }),
        ["false"] = Of(value => value is BoolValue { Value: false }),
        ["integer"] = Of(value => value is IntegerValue),
        ["float"] = Of(value => value is FloatValue),
        ["number"] = Of(value => Values.Number(value) is not null),
        ["string"] = Of(value => value is TextValue),
        ["mapping"] = Of(value => value is MapValue),
        ["sequence"] = Of(IsIterable),
        ["iterable"] = Of(IsIterable),
        ["callable"] = Of(value => value is FunctionValue),
        ["upper"] = Of(value => IsCased(value, char.IsLower)),
        ["lower"] = Of(value => IsCased(value, char.IsUpper)),
        ["odd"] = Of(value => Whole(value) % 2 != 0),
        ["even"] = Of(value => Whole(value) % 2 == 0),
        ["divisibleby"] = (subject, arguments, _) =>
            JinjaValue.Of(Whole(subject) % (Whole(arguments.Bind("num")[0] ?? None) is not 0 and var divisor ? divisor : throw new JinjaFault("A number is divided by zero.")) == 0),
        ["sameas"] = (subject, arguments, budget) =>
            JinjaValue.Of(arguments.Bind("other")[0] is { } other && other.GetType() == subject.GetType() && Values.AreEqual(subject, other, budget)),
        ["in"] = Comparing("in"),
        ["eq"] = Comparing("=="),
        ["equalto"] = Comparing("=="),
        ["ne"] = Comparing("!="),
        ["lt"] = Comparing("<"),
        ["lessthan"] = Comparing("<"),
        ["le"] = Comparing("<="),
        ["gt"] = Comparing(">"),
        ["greaterthan"] = Comparing(">"),
        ["ge"] = Comparing(">="),
    }.ToFrozenDictionary();

    /// <summary>The test of a name that the template computes, as <c>select</c> takes it.</summary>
    public static Operation Find(JinjaValue name) =>
        name is TextValue text && All.TryGetValue(text.Value, out var test) ? test : throw new JinjaFault("There is no test of that name here.");

    private static Operation Of(Func<JinjaValue, bool> holds) => (subject, arguments, _) =>
    {
        arguments.Bind();
        return JinjaValue.Of(holds(subject));
    };

    private static Operation Comparing(string sign) => (subject, arguments, budget) =>
        JinjaValue.Of(Comparisons.Holds(sign, subject, arguments.Bind("other")[0] ?? throw new JinjaFault("The test needs a value to compare with."), budget));

    private static bool IsIterable(JinjaValue value) => value is TextValue or ListValue or MapValue or UndefinedValue;

    private static bool IsCased(JinjaValue value, Func<char, bool> isOther) =>
        value is TextValue { Value: var text } && text.Any(char.IsLetter) && !text.Any(isOther);

    private static long Whole(JinjaValue value) =>
        Values.Integer(value) ?? throw new JinjaFault($"{Values.TypeName(value)} stands where a whole number is needed.");
}
