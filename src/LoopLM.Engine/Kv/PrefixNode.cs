namespace LoopLM.Engine.Kv;

/// <summary>A run of tokens in the tree of prefixes, and the slots of its positions.</summary>
internal sealed class PrefixNode
{
    /// <summary>The run before; null for a root.</summary>
    public PrefixNode? Parent { get; set; }

    /// <summary>Its tokens; none for a root.</summary>
    public int[] Tokens { get; set; } = [];

    /// <summary>
    /// The slots of loops 1..T of each token, token by token. A token that left early has that of its last loop for those after it.
    /// </summary>
    public int[] Slots { get; set; } = [];

    /// <summary>Whether its positions, and all before them, ran all loops of the model.</summary>
    public bool IsExact { get; init; } = true;

    /// <summary>What it is found by among the runs that go on from one.</summary>
    public (int Token, bool IsExact) Branch => (Tokens[0], IsExact);

    /// <summary>The runs that go on from here.</summary>
    public Dictionary<(int Token, bool IsExact), PrefixNode> Children { get; } = [];

    /// <summary>Its place among all runs, those used least recently first; null for a root.</summary>
    public LinkedListNode<PrefixNode>? Use { get; set; }

    /// <summary>For a root: whose it is.</summary>
    public PrefixKey Key { get; init; }
}
