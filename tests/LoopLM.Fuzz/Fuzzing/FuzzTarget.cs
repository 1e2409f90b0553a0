namespace LoopLM.Fuzz.Fuzzing;

/// <summary>A parser under attack: what it is fed with, and what must hold of every input. One thread at a time.</summary>
internal abstract class FuzzTarget : IDisposable
{
    /// <summary>Its name on the command line, and of its folder of the corpus.</summary>
    public abstract string Name { get; }

    /// <summary>Bytes of an input, at most.</summary>
    public virtual int MaxInputBytes => 8 << 10;

    /// <summary>
    /// How long one input may take. Work is bounded by the parsers' own limits; this finds what has none, on a busy machine too.
    /// </summary>
    public virtual TimeSpan MaxTime => TimeSpan.FromSeconds(20);

    /// <summary>Bytes that one input may allocate.</summary>
    public virtual long MaxAllocatedBytes => 64 << 20;

    /// <summary>Whether the work is done on other threads, whose memory then counts.</summary>
    public virtual bool WorksElsewhere => false;

    /// <summary>Pieces of text that mean something to the parser.</summary>
    public virtual IReadOnlyList<string> Dictionary => [];

    /// <summary>Feeds one input.</summary>
    /// <returns>Whether the parser took it.</returns>
    /// <exception cref="FuzzException">
    /// Something that must hold does not. Any other exception is the parser's, and a finding as well.
    /// </exception>
    public abstract bool Check(byte[] input);

    /// <summary>Checks what must hold between inputs, such as that nothing is left over. Called now and then.</summary>
    public virtual void CheckAtRest()
    {
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
