namespace LoopLM.Engine.Kv;

/// <summary>A run of tokens in the tree of prefixes, and the slots of its positions.</summary>
internal sealed class PrefixNode
{
    /// <summary>The run before; null for a root.</summary>
    public PrefixNode? Parent { get; set; }

    /// <summary>Its tokens; none for a root.</summary>
    public int[] Tokens { get; set; } = [];

    /// <summary>The slots of loops 1..T of each token, token by token.</summary>
    public int[] Slots { get; set; } = [];

    /// <summary>The runs that go on from here, by their first token.</summary>
    public Dictionary<int, PrefixNode> Children { get; set; } = [];

    /// <summary>Its place among all runs, those used least recently first; null for a root.</summary>
    public LinkedListNode<PrefixNode>? Use { get; set; }

    /// <summary>For a root: whose it is.</summary>
    public PrefixKey Key { get; init; }
}
