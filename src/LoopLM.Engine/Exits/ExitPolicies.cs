using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace LoopLM.Engine.Exits;

/// <summary>The exit policies that requests can name.</summary>
public sealed class ExitPolicies
{
    private readonly FrozenDictionary<string, IExitPolicy> _byName;

    /// <summary>Collects policies.</summary>
    /// <exception cref="ArgumentException">Two policies have the same name.</exception>
    public ExitPolicies(IEnumerable<IExitPolicy> policies) =>
        _byName = policies.ToDictionary(policy => policy.Name, StringComparer.Ordinal).ToFrozenDictionary();

    /// <summary>The policies that come with the engine.</summary>
    public static ExitPolicies BuiltIn { get; } = new(
        [new QExitPolicy(), new FixedPolicy(), new HiddenDeltaPolicy(), new ActPolicy(), new TracePolicy()]);

    /// <summary>The names, in alphabetical order.</summary>
    public IEnumerable<string> Names => _byName.Keys.Order(StringComparer.Ordinal);

    /// <summary>Finds a policy by its exact name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out IExitPolicy? policy) => _byName.TryGetValue(name, out policy);
}
