namespace LoopLM.Jinja.Execution;

/// <summary>The variables of a template, a loop's iteration or a macro; what it lacks is looked for in the one around it.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, JinjaValue> _variables = new(StringComparer.Ordinal);

    /// <summary>Sets a variable here, never further out.</summary>
    public void Set(string name, JinjaValue value) => _variables[name] = value;

    public JinjaValue Get(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._variables.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return new JinjaValue.UndefinedValue(name);
    }

    private Scope? Outer => outer;
}
