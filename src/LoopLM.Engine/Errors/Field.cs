namespace LoopLM.Engine.Errors;

/// <summary>A field of a request. Errors hold it as a value, so that each protocol can write its own name for it.</summary>
/// <param name="Name">Its name in REST, such as <c>max_loops</c>.</param>
public readonly record struct Field(string Name)
{
    /// <summary>Its name in REST, in quotes.</summary>
    public override string ToString() => $"'{Name}'";
}
