namespace LoopLM.Jinja.Syntax;

/// <summary>What a value is assigned to.</summary>
internal abstract record AssignTarget
{
    internal sealed record Variable(string Name) : AssignTarget;

    /// <summary>A member of a namespace.</summary>
    internal sealed record Member(string Space, string Name) : AssignTarget;

    /// <summary>Several, which take the items of the value.</summary>
    internal sealed record Several(IReadOnlyList<AssignTarget> Targets) : AssignTarget;
}
