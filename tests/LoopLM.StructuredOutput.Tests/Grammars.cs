using System.Text;
using System.Text.Json;
using LoopLM.StructuredOutput.Automata;

namespace LoopLM.StructuredOutput.Tests;

/// <summary>Compiles forms and runs texts through grammars byte by byte, without tokens.</summary>
internal static class Grammars
{
    public static TextGrammar Compile(string schema, ConstraintLimits? limits = null, ByteSet? writable = null) =>
        TryCompile(schema, out var problem, limits, writable) ?? throw new ArgumentException(problem!.ToString(), nameof(schema));

    public static TextGrammar? TryCompile(string schema, out SchemaProblem? problem, ConstraintLimits? limits = null, ByteSet? writable = null)
    {
        using var document = JsonDocument.Parse(schema, new() { MaxDepth = 4096 });
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        return GrammarCompiler.TryCompile(new TextForm.Json(document.RootElement), null, writable ?? ByteSet.All, limits ?? ConstraintLimits.Default, timeout.Token, out problem);
    }

    public static TextGrammar Compile(TextForm form, ThoughtSyntax? thought = null) =>
        TryCompile(form, out var problem, thought) ?? throw new ArgumentException(problem!.ToString(), nameof(form));

    public static TextGrammar? TryCompile(TextForm form, out SchemaProblem? problem, ThoughtSyntax? thought = null)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        return GrammarCompiler.TryCompile(form, thought, ByteSet.All, ConstraintLimits.Default, timeout.Token, out problem);
    }

    public static bool Accepts(TextGrammar grammar, string text) => Accepts(grammar, Encoding.UTF8.GetBytes(text));

    public static bool Accepts(TextGrammar grammar, ReadOnlySpan<byte> text)
    {
        var automaton = new LazyAutomaton(grammar);
        var state = automaton.Start;
        foreach (var value in text)
        {
            state = automaton.Step(automaton.Trim(state), value);
        }

        return automaton.Accepts(state);
    }
}
