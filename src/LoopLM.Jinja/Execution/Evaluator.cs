using System.Numerics;
using LoopLM.Jinja.Execution.Filters;
using LoopLM.Jinja.Execution.Numbers;
using LoopLM.Jinja.Syntax;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution;

/// <summary>Evaluates expressions.</summary>
internal sealed class Evaluator(Budget budget)
{
    /// <summary>The name by which a macro calls the body of a call block.</summary>
    public const string Caller = "caller";

    public JinjaValue Evaluate(Expression expression, Scope scope)
    {
        budget.Enter();
        budget.Step();
        budget.Offset = expression.Offset;
        var value = expression switch
        {
            Expression.Constant constant => constant.Value,
            Expression.Variable variable => scope.Get(variable.Name),
            Expression.Sequence sequence => new ListValue(EvaluateAll(sequence.Items, scope)) { Kind = sequence.IsTuple ? ListKind.Tuple : ListKind.List },
            Expression.Mapping mapping => EvaluateMapping(mapping, scope),
            Expression.Member member => Members.Get(Evaluate(member.Target, scope), member.Name, budget),
            Expression.Index index => Members.GetItem(Evaluate(index.Target, scope), Evaluate(index.Key, scope), budget),
            Expression.Slice slice => EvaluateSlice(slice, scope),
            Expression.Call call => Call(call, scope, caller: null),
            Expression.Filter filter =>
                Apply(FilterTable.Find(filter.Name), filter.Subject, $"The filter '{filter.Name}'", filter.Arguments, filter.Offset, scope),
            Expression.Test test => Apply(Tests.Find(test.Name), test.Subject, $"The test '{test.Name}'", test.Arguments, test.Offset, scope),
            Expression.Unary unary => EvaluateUnary(unary, scope),
            Expression.Binary binary => EvaluateBinary(binary, scope),
            Expression.Comparison comparison => Of(EvaluateComparison(comparison, scope)),
            Expression.Conditional conditional => EvaluateConditional(conditional, scope),
            _ => throw new ArgumentOutOfRangeException(nameof(expression)),
        };
        budget.Leave();
        return value;
    }

    /// <summary>Calls a function.</summary>
    /// <param name="call">The call.</param>
    /// <param name="scope">Where it stands.</param>
    /// <param name="caller">The body of a call block; null outside of one.</param>
    public JinjaValue Call(Expression.Call call, Scope scope, FunctionValue? caller)
    {
        var target = Evaluate(call.Target, scope);
        var (name, function) = target switch
        {
            FunctionValue known => ($"'{known.Name}'", known.Call),
            ObjectValue { Call: { } itself } thing => (thing.TypeName, itself),
            _ => throw new JinjaFault(JinjaErrorKind.Failed, $"{Values.TypeName(target)} cannot be called.", call.Offset),
        };
        var arguments = EvaluateArguments(name, call.Arguments, scope);
        budget.Offset = call.Offset;
        return function(caller is null ? arguments : arguments with { Named = [.. arguments.Named, (Caller, caller)] });
    }

    private List<JinjaValue> EvaluateAll(IReadOnlyList<Expression> expressions, Scope scope) =>
        [.. expressions.Select(each => Evaluate(each, scope))];

    private Arguments EvaluateArguments(string callee, ArgumentList arguments, Scope scope)
    {
        var positional = EvaluateAll(arguments.Positional, scope);
        List<(string, JinjaValue)> named = [.. arguments.Named.Select(each => (each.Name, Evaluate(each.Value, scope)))];
        if (arguments.Unpacked is { } list)
        {
            positional.AddRange(Values.Items(Evaluate(list, scope), budget));
        }

        if (arguments.UnpackedNamed is { } mapping)
        {
            var map = Evaluate(mapping, scope) as MapValue ?? throw new JinjaFault("Behind '**' stands a mapping.");
            budget.Step(map.Entries.Count);
            named.AddRange(map.Entries.Select(entry => (Values.Text(entry.Key).Value, entry.Value)));
        }

        return new(callee, positional, named);
    }

    private MapValue EvaluateMapping(Expression.Mapping mapping, Scope scope)
    {
        var entries = new OrderedDictionary<JinjaValue, JinjaValue>(KeyComparer.Instance);
        foreach (var (key, value) in mapping.Entries)
        {
            entries[KeyComparer.Check(Evaluate(key, scope), budget)] = Evaluate(value, scope);
        }

        return new MapValue(entries);
    }

    private JinjaValue EvaluateSlice(Expression.Slice slice, Scope scope)
    {
        var target = Evaluate(slice.Target, scope);
        var (start, stop, step) = (Bound(slice.Start), Bound(slice.Stop), Bound(slice.Step) ?? BigInteger.One);
        budget.Offset = slice.Offset;
        return step.IsZero ? throw new JinjaFault("A slice cannot have the step 0.") : Members.Slice(target, start, stop, step, budget);

        BigInteger? Bound(Expression? bound)
        {
            var value = bound is null ? None : Evaluate(bound, scope);
            return value is NoneValue ? null
                : Values.Integer(value) ?? throw new JinjaFault($"A slice is bounded by whole numbers, not by {Values.TypeName(value)}.");
        }
    }

    private JinjaValue Apply(Operation operation, Expression subject, string name, ArgumentList arguments, int offset, Scope scope)
    {
        var value = Evaluate(subject, scope);
        var evaluated = EvaluateArguments(name, arguments, scope);
        budget.Offset = offset;
        return operation(value, evaluated, budget);
    }

    private JinjaValue EvaluateUnary(Expression.Unary unary, Scope scope)
    {
        var value = Evaluate(unary.Operand, scope);
        return unary.Sign == "not" ? Of(!Values.IsTrue(value))
            : Arithmetic.ApplySign(unary.Sign, value);
    }

    private JinjaValue EvaluateBinary(Expression.Binary binary, Scope scope)
    {
        var left = Evaluate(binary.Left, scope);
        if (binary.Sign is "and" or "or")
        {
            return Values.IsTrue(left) == (binary.Sign == "and") ? Evaluate(binary.Right, scope) : left;
        }

        var right = Evaluate(binary.Right, scope);
        budget.Offset = binary.Offset;
        return Arithmetic.Apply(binary.Sign, left, right, budget);
    }

    private bool EvaluateComparison(Expression.Comparison comparison, Scope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (sign, operand) in comparison.Rest)
        {
            var right = Evaluate(operand, scope);
            budget.Offset = comparison.Offset;
            if (!Comparisons.Holds(sign, left, right, budget))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    private JinjaValue EvaluateConditional(Expression.Conditional conditional, Scope scope) =>
        Values.IsTrue(Evaluate(conditional.Condition, scope)) ? Evaluate(conditional.Then, scope)
        : conditional.Else is { } otherwise ? Evaluate(otherwise, scope)
        : new UndefinedValue("else");
}
