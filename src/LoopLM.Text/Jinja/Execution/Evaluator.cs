using LoopLM.Text.Jinja.Syntax;
using static LoopLM.Text.Jinja.JinjaValue;

namespace LoopLM.Text.Jinja.Execution;

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
            Expression.Sequence sequence => new ListValue(EvaluateAll(sequence.Items, scope)) { IsTuple = sequence.IsTuple },
            Expression.Mapping mapping => EvaluateMapping(mapping, scope),
            Expression.Member member => Members.Get(Evaluate(member.Target, scope), member.Name, budget),
            Expression.Index index => Members.GetItem(Evaluate(index.Target, scope), Evaluate(index.Key, scope)),
            Expression.Slice slice => EvaluateSlice(slice, scope),
            Expression.Call call => Call(call, scope, caller: null),
            Expression.Filter filter => Apply(Filters.All[filter.Name], filter.Subject, $"The filter '{filter.Name}'", filter.Arguments, filter.Offset, scope),
            Expression.Test test => Apply(Tests.All[test.Name], test.Subject, $"The test '{test.Name}'", test.Arguments, test.Offset, scope),
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
        if (target is not FunctionValue function)
        {
            throw new JinjaFault(JinjaErrorKind.Failed, $"{Values.TypeName(target)} cannot be called.", call.Offset);
        }

        var arguments = EvaluateArguments($"'{function.Name}'", call.Arguments, scope);
        budget.Offset = call.Offset;
        return function.Call(caller is null ? arguments : arguments with { Named = [.. arguments.Named, (Caller, caller)] });
    }

    private List<JinjaValue> EvaluateAll(IReadOnlyList<Expression> expressions, Scope scope) =>
        [.. expressions.Select(each => Evaluate(each, scope))];

    private Arguments EvaluateArguments(string callee, ArgumentList arguments, Scope scope) => new(
        callee,
        EvaluateAll(arguments.Positional, scope),
        [.. arguments.Named.Select(each => (each.Name, Evaluate(each.Value, scope)))]);

    private MapValue EvaluateMapping(Expression.Mapping mapping, Scope scope)
    {
        var entries = new OrderedDictionary<string, JinjaValue>();
        foreach (var (key, value) in mapping.Entries)
        {
            entries[Values.Text(Evaluate(key, scope)).Value] = Evaluate(value, scope);
        }

        return new MapValue(entries);
    }

    private JinjaValue EvaluateSlice(Expression.Slice slice, Scope scope)
    {
        var target = Evaluate(slice.Target, scope);
        var (start, stop, step) = (Bound(slice.Start), Bound(slice.Stop), Bound(slice.Step) ?? 1);
        budget.Offset = slice.Offset;
        return step == 0 ? throw new JinjaFault("A slice cannot have the step 0.") : Members.Slice(target, start, stop, step, budget);

        long? Bound(Expression? bound)
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
            : unary.Sign == "-" ? Arithmetic.Apply("-", Of(0), value, budget)
            : Arithmetic.Apply("+", Of(0), value, budget);
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
