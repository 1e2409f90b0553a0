namespace LoopLM.Jinja.Execution;

/// <summary>The evaluated arguments of a call, a filter or a test.</summary>
/// <param name="Callee">What is called, for messages.</param>
/// <param name="Positional">Those without a name.</param>
/// <param name="Named">Those with a name.</param>
internal sealed record Arguments(string Callee, IReadOnlyList<JinjaValue> Positional, IReadOnlyList<(string Name, JinjaValue Value)> Named)
{
    /// <summary>Puts the arguments in the order of the parameters; null where there is none.</summary>
    /// <exception cref="JinjaFault">There are more arguments, others, or two for one parameter.</exception>
    public JinjaValue?[] Bind(params ReadOnlySpan<string> parameters)
    {
        var bound = new JinjaValue?[parameters.Length];
        for (var i = 0; i < Positional.Count; i++)
        {
            if (i == bound.Length)
            {
                throw new JinjaFault($"{Callee} takes at most {bound.Length} arguments, not {Positional.Count}.");
            }

            bound[i] = Positional[i];
        }

        foreach (var (name, value) in Named)
        {
            var i = parameters.IndexOf(name);
            if (i < 0 || bound[i] is not null)
            {
                throw new JinjaFault(i >= 0 ? $"{Callee} gets '{name}' twice."
                    : parameters.Length == 0 ? $"{Callee} takes no arguments."
                    : $"{Callee} takes no argument of another name than {string.Join(", ", parameters!)}.");
            }

            bound[i] = value;
        }

        return bound;
    }

    /// <summary>The arguments behind the first ones.</summary>
    public Arguments Skip(int count) => this with { Positional = [.. Positional.Skip(count)] };
}
