namespace LoopLM.Engine.Runners;

/// <summary>
/// The groups of layers of a model whose K and V a position holds once, whatever its loops,
/// beside the core's, which it holds for each loop.
/// </summary>
[Flags]
public enum PositionLayers
{
    /// <summary>The core is all there is, as in Ouro.</summary>
    None = 0,

    /// <summary>Layers before the first loop.</summary>
    Prelude = 1,

    /// <summary>Layers after the last loop, before the head.</summary>
    Coda = 2,
}
