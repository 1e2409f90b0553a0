namespace LoopLM.Cpu.Threading;

/// <summary>A thread's part of some items: neighbours, so that it meets the same weights in every loop.</summary>
/// <param name="First">The first item.</param>
/// <param name="End">After the last one.</param>
internal readonly record struct Share(int First, int End)
{
    /// <summary>Items.</summary>
    public int Count => End - First;

    /// <summary>Splits items evenly.</summary>
    /// <param name="items">How many there are.</param>
    /// <param name="thread">Whose part is requested, from 0.</param>
    /// <param name="threads">Among how many.</param>
    /// <param name="grain">Parts begin at multiples of it.</param>
    public static Share Of(int items, int thread, int threads, int grain = 1)
    {
        var grains = (items + grain - 1) / grain;
        return new(
            Math.Min(items, (int)((long)grains * thread / threads) * grain),
            Math.Min(items, (int)((long)grains * (thread + 1) / threads) * grain));
    }
}
