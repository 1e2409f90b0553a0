using System.Collections.Frozen;
using LoopLM.Jinja.Execution.Filters;
using LoopLM.Jinja.Execution.Numbers;
using LoopLM.Jinja.Execution.Texts;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution;

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
        ["number"] = Of(value => value is FloatValue or IntegerValue or BoolValue),
        ["string"] = Of(value => value is TextValue),
        ["escaped"] = Of(value => value is TextValue { IsSafe: true }),
        ["mapping"] = Of(value => value is MapValue),
        ["sequence"] = Of(value => value is TextValue or MapValue or UndefinedValue
            or ListValue { Kind: ListKind.List or ListKind.Tuple or ListKind.Group or ListKind.Range }),
        ["iterable"] = Of(value => value is TextValue or ListValue or IteratorValue or MapValue or UndefinedValue),
        ["callable"] = Of(value => value is FunctionValue or ObjectValue { Call: not null } or UndefinedValue),
        ["filter"] = Naming(name => FilterTable.All.ContainsKey(name)),
        ["test"] = Naming(name => All!.ContainsKey(name)),
        ["upper"] = Cased(Cases.IsUpper),
        ["lower"] = Cased(Cases.IsLower),
        ["odd"] = Dividing(_ => Of(2), rest: 1),
        ["even"] = Dividing(_ => Of(2), rest: 0),
        ["divisibleby"] = Dividing(arguments => arguments.Bind("num")[0] ?? throw new JinjaFault($"{arguments.Callee} needs a number."), rest: 0),
        ["sameas"] = (subject, arguments, budget) =>
            JinjaValue.Of(arguments.Bind("other")[0] is { } other && other.GetType() == subject.GetType() && Values.AreEqual(subject, other, budget)),
        ["in"] = Comparing("in"),
        ["=="] = Comparing("=="),
        ["eq"] = Comparing("=="),
        ["equalto"] = Comparing("=="),
        ["!="] = Comparing("!="),
        ["ne"] = Comparing("!="),
        ["<"] = Comparing("<"),
        ["lt"] = Comparing("<"),
        ["lessthan"] = Comparing("<"),
        ["<="] = Comparing("<="),
        ["le"] = Comparing("<="),
        [">"] = Comparing(">"),
        ["gt"] = Comparing(">"),
        ["greaterthan"] = Comparing(">"),
        [">="] = Comparing(">="),
        ["ge"] = Comparing(">="),
    }.ToFrozenDictionary();

    /// <summary>The test of a name.</summary>
    /// <exception cref="JinjaFault">There is none.</exception>
    public static Operation Find(string name) =>
        All.TryGetValue(name, out var test) ? test : throw new JinjaFault($"There is no test '{name}' here.");

    private static Operation Of(Func<JinjaValue, bool> holds) => (subject, arguments, _) =>
    {
        arguments.Bind();
        return JinjaValue.Of(holds(subject));
    };

    private static JinjaValue Of(long value) => JinjaValue.Of(value);

    private static Operation Naming(Func<string, bool> exists) => (subject, arguments, budget) =>
    {
        arguments.Bind();
        return JinjaValue.Of(KeyComparer.Check(subject, budget) is TextValue name && exists(name.Value));
    };

    private static Operation Cased(Func<int, bool> isCase) => (subject, arguments, budget) =>
    {
        arguments.Bind();
        var text = Values.Show(subject, budget).Value;
        budget.Work(text.Length);
        return JinjaValue.Of(Characters.AreCased(text, isCase));
    };

    private static Operation Dividing(Func<Arguments, JinjaValue> divisor, int rest) => (subject, arguments, budget) =>
        JinjaValue.Of(Values.AreEqual(Arithmetic.Apply("%", subject, divisor(arguments), budget), Of(rest), budget));

    private static Operation Comparing(string sign) => (subject, arguments, budget) =>
        JinjaValue.Of(Comparisons.Holds(
            sign, subject, arguments.Bind("other")[0] ?? throw new JinjaFault($"{arguments.Callee} needs a value to compare with."), budget));
}
