namespace LoopLM.Training.Data;

/// <summary>
/// An endless order of windows: each epoch has every one once, shuffled by (seed, epoch). Any place in it
/// can be requested, so a resumed run needs no state.
/// </summary>
/// <param name="count">Number of windows, at least 1.</param>
/// <param name="seed">Seed of the order.</param>
public sealed class WindowOrder(int count, int seed)
{
    private readonly int[] _order = new int[count];
    private long _epoch = -1;

    /// <summary>The window at a place of the order.</summary>
    /// <param name="place">From 0.</param>
    public int this[long place]
    {
        get
        {
            var (epoch, index) = Math.DivRem(place, _order.Length);
            if (epoch != _epoch)
            {
                for (var i = 0; i < _order.Length; i++)
                {
                    _order[i] = i;
                }

                new Random(HashSeed(epoch)).Shuffle(_order);
                _epoch = epoch;
            }

            return _order[index];
        }
    }

    /// <summary>Mixes seed and epoch (the finaliser of SplitMix64), the same in every process.</summary>
    private int HashSeed(long epoch)
    {
        var mixed = ((ulong)(uint)seed << 32) + (ulong)epoch + 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)(mixed ^ (mixed >> 31));
    }
}
