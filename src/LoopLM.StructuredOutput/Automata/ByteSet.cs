namespace LoopLM.StructuredOutput.Automata;

/// <summary>A set of byte values, compared by what it contains.</summary>
internal readonly record struct ByteSet(UInt128 Low, UInt128 High)
{
    public static readonly ByteSet All = new(UInt128.MaxValue, UInt128.MaxValue);

    public static ByteSet Of(byte value) => value < 128 ? new(UInt128.One << value, 0) : new(0, UInt128.One << (value - 128));

    /// <summary>The bytes from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    public static ByteSet Range(byte first, byte last) =>
        new(Below(last + 1) & ~Below(first), Below(last + 1 - 128) & ~Below(first - 128));

    public bool IsEmpty => this == default;

    /// <summary>The lowest byte of a set that is not empty.</summary>
    public byte First => (byte)(Low != 0 ? UInt128.TrailingZeroCount(Low) : 128 + UInt128.TrailingZeroCount(High));

    public bool Contains(byte value) => ((value < 128 ? Low >> value : High >> (value - 128)) & 1) != 0;

    public static ByteSet operator &(ByteSet left, ByteSet right) => new(left.Low & right.Low, left.High & right.High);

    public static ByteSet operator |(ByteSet left, ByteSet right) => new(left.Low | right.Low, left.High | right.High);

    // The first bits, of a half.
    private static UInt128 Below(int count) => count <= 0 ? 0 : count >= 128 ? UInt128.MaxValue : (UInt128.One << count) - 1;
}
