using LoopLM.Engine.Sampling;
using LoopLM.Engine.Tests.Sampling;
using LoopLM.Testing;

namespace LoopLM.Engine.Tests.Execution.RandomOperations;

/// <summary>What the constraint of a request allows.</summary>
internal abstract record TokenRule
{
    /// <summary>Whether a token may follow some tokens.</summary>
    public abstract bool Allows(IReadOnlyList<int> output, int token);

    /// <summary>The constraint.</summary>
    /// <param name="maxRewind">Most tokens that are taken back at once.</param>
    /// <param name="fault">Told what the engine does wrong, on any thread.</param>
    public abstract ITokenConstraint Create(int maxRewind, Action<string> fault);

    /// <summary>One token at each step, and nothing after the last.</summary>
    public sealed record Spelled(int[] Tokens) : TokenRule
    {
        public override bool Allows(IReadOnlyList<int> output, int token) => output.Count < Tokens.Length && Tokens[output.Count] == token;

        public override ITokenConstraint Create(int maxRewind, Action<string> fault) => new Spelling(Tokens);
    }

    /// <summary>About half of all tokens at each step.</summary>
    public sealed record Hashed : TokenRule
    {
        public override bool Allows(IReadOnlyList<int> output, int token) => HashedTokens.Allows(output, token);

        public override ITokenConstraint Create(int maxRewind, Action<string> fault) => new HashedTokens(maxRewind) { Fault = fault };
    }
}
