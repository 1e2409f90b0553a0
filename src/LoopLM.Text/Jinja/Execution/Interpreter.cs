using LoopLM.Text.Jinja.Syntax;
using static LoopLM.Text.Jinja.JinjaValue;

namespace LoopLM.Text.Jinja.Execution;

/// <summary>Executes the statements of one rendering.</summary>
internal sealed class Interpreter(Budget budget)
{
    private readonly Evaluator _evaluator = new(budget);
    private List<MarkedText> _output = [];
    private long _length;

    /// <summary>Renders a template.</summary>
    /// <param name="body">Its statements.</param>
    /// <param name="globals">What it can name.</param>
    /// <exception cref="JinjaFault">It cannot be rendered.</exception>
    public MarkedText Render(IReadOnlyList<Statement> body, Scope globals)
    {
        Execute(body, globals);
        return MarkedText.Join(_output);
    }

    private Flow Execute(IReadOnlyList<Statement> body, Scope scope)
    {
        budget.Enter();
        var flow = Flow.Next;
        for (var i = 0; i < body.Count && flow == Flow.Next; i++)
        {
            budget.Offset = body[i].Offset;
            budget.Step();
            flow = Execute(body[i], scope);
        }

        budget.Leave();
        return flow;
    }

    private Flow Execute(Statement statement, Scope scope)
    {
        switch (statement)
        {
            case Statement.Data data:
                Write(data.Text);
                break;
            case Statement.Output output:
                Write(Values.Show(_evaluator.Evaluate(output.Value, scope), budget));
                break;
            case Statement.If choice:
                var branch = choice.Branches.FirstOrDefault(each => Values.IsTrue(_evaluator.Evaluate(each.Condition, scope)));
                return Execute(branch.Body ?? choice.Else, scope);
            case Statement.For loop:
                return ExecuteLoop(loop, scope);
            case Statement.Set set:
                Assign(set.Targets, _evaluator.Evaluate(set.Value, scope), scope);
                break;
            case Statement.SetMember set:
                SetMember(set, scope);
                break;
            case Statement.Capture capture:
                ExecuteCapture(capture, scope);
                break;
            case Statement.Macro macro:
                scope.Set(macro.Name, CreateMacro(macro, scope));
                break;
            case Statement.CallBlock call:
                Write(Values.Show(_evaluator.Call(call.Call, scope, caller: CreateMacro(call.Caller, scope)), budget));
                break;
            case Statement.Group group:
                return Execute(group.Body, scope);
            case Statement.Break:
                return Flow.Break;
            case Statement.Continue:
                return Flow.Continue;
            default:
                throw new ArgumentOutOfRangeException(nameof(statement));
        }

        return Flow.Next;
    }

    private void Write(MarkedText text)
    {
        _length += text.Length;
        budget.CheckOutput(_length);
        _output.Add(text);
    }

    private Flow ExecuteLoop(Statement.For loop, Scope scope)
    {
        var items = Values.Items(_evaluator.Evaluate(loop.Items, scope), budget);
        if (loop.Condition is { } condition)
        {
            items = [.. items.Where(item => Values.IsTrue(_evaluator.Evaluate(condition, CreateIteration(loop, item, scope))))];
        }

        for (var i = 0; i < items.Count; i++)
        {
            var iteration = CreateIteration(loop, items[i], scope);
            iteration.Set("loop", LoopVariable.Create(items, i));
            if (Execute(loop.Body, iteration) == Flow.Break)
            {
                break;
            }
        }

        return items.Count == 0 ? Execute(loop.Else, scope) : Flow.Next;
    }

    private Scope CreateIteration(Statement.For loop, JinjaValue item, Scope scope)
    {
        var iteration = new Scope(scope);
        Assign(loop.Targets, item, iteration);
        return iteration;
    }

    private void Assign(IReadOnlyList<string> targets, JinjaValue value, Scope scope)
    {
        if (targets.Count == 1)
        {
            scope.Set(targets[0], value);
            return;
        }

        var items = Values.Items(value, budget);
        if (items.Count != targets.Count)
        {
            throw new JinjaFault($"{items.Count} items cannot be given to {targets.Count} names.");
        }

        for (var i = 0; i < targets.Count; i++)
        {
            scope.Set(targets[i], items[i]);
        }
    }

    private void SetMember(Statement.SetMember set, Scope scope)
    {
        var value = _evaluator.Evaluate(set.Value, scope);
        var target = scope.Get(set.Target);
        var space = target as NamespaceValue
            ?? throw new JinjaFault($"Only a namespace can be changed; '{set.Target}' is {Values.TypeName(target)}.");
        space.Members[set.Member] = value;
    }

    private void ExecuteCapture(Statement.Capture capture, Scope scope)
    {
        var inner = new Scope(scope);
        var captured = CaptureOutput(() => Execute(capture.Body, new Scope(scope)));
        inner.Set(StatementParser.Captured, captured);
        var value = _evaluator.Evaluate(capture.Value, inner);
        if (capture.Target is { } target)
        {
            scope.Set(target, value);
        }
        else
        {
            Write(Values.Show(value, budget));
        }
    }

    private TextValue CaptureOutput(Action write)
    {
        var (output, length) = (_output, _length);
        (_output, _length) = ([], 0);
        write();
        var captured = Values.Join(_output, budget);
        (_output, _length) = (output, length);
        return new TextValue(captured);
    }

    private FunctionValue CreateMacro(Statement.Macro macro, Scope scope) => new(macro.Name, arguments =>
    {
        var inner = new Scope(scope);
        string[] names = [.. macro.Parameters.Select(parameter => parameter.Name)];
        var caller = arguments.Named.FirstOrDefault(each => each.Name == Evaluator.Caller).Value;
        var bound = (caller is null ? arguments : arguments with { Named = [.. arguments.Named.Where(each => each.Name != Evaluator.Caller)] }).Bind(names);
        if (caller is not null)
        {
            inner.Set(Evaluator.Caller, caller);
        }

        for (var i = 0; i < names.Length; i++)
        {
            inner.Set(names[i], bound[i]
                ?? (macro.Parameters[i].Default is { } value ? _evaluator.Evaluate(value, inner) : new UndefinedValue(names[i])));
        }

        return CaptureOutput(() => Execute(macro.Body, inner));
    });
}
