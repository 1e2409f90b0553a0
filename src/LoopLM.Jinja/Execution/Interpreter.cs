using LoopLM.Jinja.Syntax;
using static LoopLM.Jinja.JinjaValue;

namespace LoopLM.Jinja.Execution;

/// <summary>Executes the statements of one rendering.</summary>
internal sealed class Interpreter(Budget budget)
{
    private readonly Evaluator _evaluator = new(budget);
    private List<MarkedText> _output = [];
    private long _length;
    private Scope _globals = new(null);

    /// <summary>Renders a template.</summary>
    /// <param name="body">Its statements.</param>
    /// <param name="globals">What it can name.</param>
    /// <exception cref="JinjaFault">It cannot be rendered.</exception>
    public MarkedText Render(IReadOnlyList<Statement> body, Scope globals)
    {
        _globals = globals;
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
                Assign(set.Target, _evaluator.Evaluate(set.Value, scope), scope);
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
            case Statement.With with:
                return Execute(with.Body, CreateScope(with, scope));
            case Statement.Block block:
                return Execute(block.Body, new Scope(block.IsScoped ? scope : _globals));
            case Statement.Autoescape escape:
                return !Values.IsTrue(_evaluator.Evaluate(escape.Condition, scope)) ? Execute(escape.Body, new Scope(scope))
                    : throw new JinjaFault("A template cannot escape all that it writes; use the filter 'escape'.");
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
        RunLoop(loop, _evaluator.Evaluate(loop.Items, scope), scope, depth: 1, out var flow);
        return flow;
    }

    private void RunLoop(Statement.For loop, JinjaValue over, Scope scope, int depth, out Flow flow)
    {
        var items = Values.Items(over, budget);
        if (loop.Condition is { } condition)
        {
            items = [.. items.Where(item => Values.IsTrue(_evaluator.Evaluate(condition, CreateIteration(loop, item, scope))))];
        }

        var variable = new LoopVariable(items, depth, budget);
        var value = variable.ToValue(!loop.IsRecursive ? null : arguments =>
        {
            var inner = arguments.Bind("iterable")[0] ?? throw new JinjaFault("A recursive loop needs items to go through.");
            return CaptureOutput(() => RunLoop(loop, inner, scope, depth + 1, out _));
        });
        for (var i = 0; i < items.Count; i++)
        {
            variable.Index = i;
            var iteration = CreateIteration(loop, items[i], scope);
            iteration.Set("loop", value);
            if (Execute(loop.Body, iteration) == Flow.Break)
            {
                break;
            }
        }

        flow = items.Count == 0 ? Execute(loop.Else, scope) : Flow.Next;
    }

    private Scope CreateIteration(Statement.For loop, JinjaValue item, Scope scope)
    {
        var iteration = new Scope(scope);
        Assign(loop.Target, item, iteration);
        return iteration;
    }

    private Scope CreateScope(Statement.With with, Scope scope)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in with.Assignments.Select(each => (each.Target, _evaluator.Evaluate(each.Value, scope))).ToList())
        {
            Assign(target, value, inner);
        }

        return inner;
    }

    private void Assign(AssignTarget target, JinjaValue value, Scope scope)
    {
        switch (target)
        {
            case AssignTarget.Variable variable:
                scope.Set(variable.Name, value);
                break;
            case AssignTarget.Member member:
                var changed = scope.Get(member.Space);
                var space = changed as NamespaceValue
                    ?? throw new JinjaFault($"Only a namespace can be changed; '{member.Space}' is {Values.TypeName(changed)}.");
                space.Members[member.Name] = value;
                break;
            case AssignTarget.Several several:
                var items = Values.Items(value, budget);
                if (items.Count != several.Targets.Count)
                {
                    throw new JinjaFault($"{items.Count} items cannot be given to {several.Targets.Count} names.");
                }

                for (var i = 0; i < items.Count; i++)
                {
                    Assign(several.Targets[i], items[i], scope);
                }

                break;
        }
    }

    private void ExecuteCapture(Statement.Capture capture, Scope scope)
    {
        var inner = new Scope(scope);
        var captured = CaptureOutput(() => Execute(capture.Body, new Scope(scope)));
        inner.Set(StatementParser.Captured, captured);
        var value = _evaluator.Evaluate(capture.Value, inner);
        if (capture.Target is { } target)
        {
            Assign(target, value, scope);
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
        var isParameter = names.Contains(Evaluator.Caller);
        var caller = isParameter ? null : arguments.Named.FirstOrDefault(each => each.Name == Evaluator.Caller).Value;
        inner.Set(Evaluator.Caller, caller ?? new UndefinedValue(Evaluator.Caller));
        var rest = caller is null ? arguments : arguments with { Named = [.. arguments.Named.Where(each => each.Name != Evaluator.Caller)] };
        if (macro.TakesMore)
        {
            inner.Set("varargs", new ListValue([.. rest.Positional.Skip(names.Length)]) { Kind = ListKind.Tuple });
            rest = rest with { Positional = [.. rest.Positional.Take(names.Length)] };
        }

        if (macro.TakesMoreNamed)
        {
            inner.Set("kwargs", CreateMap(rest.Named.Where(each => !names.Contains(each.Name))));
            rest = rest with { Named = [.. rest.Named.Where(each => names.Contains(each.Name))] };
        }

        var bound = rest.Bind(names);
        for (var i = 0; i < names.Length; i++)
        {
            inner.Set(names[i], bound[i]
                ?? (macro.Parameters[i].Default is { } value ? _evaluator.Evaluate(value, inner) : new UndefinedValue(names[i])));
        }

        return CaptureOutput(() => Execute(macro.Body, inner));
    });

    private static MapValue CreateMap(IEnumerable<(string Name, JinjaValue Value)> named)
    {
        var entries = new OrderedDictionary<JinjaValue, JinjaValue>(KeyComparer.Instance);
        foreach (var (name, value) in named)
        {
            entries[JinjaValue.Of(name)] = value;
        }

        return new(entries);
    }
}
