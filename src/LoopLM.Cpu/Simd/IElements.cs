namespace LoopLM.Cpu.Simd;

/// <summary>How floats are stored: widened when they are loaded, rounded when they are stored.</summary>
internal unsafe interface IElements
{
    /// <summary>Bytes of one element.</summary>
    static abstract int Size { get; }

    static abstract TVector Load<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>Half of two vectors of elements, those that an ordered row has first.</summary>
    static abstract TVector LoadFirst<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    /// <summary>The other half of two vectors of elements.</summary>
    static abstract TVector LoadSecond<TSimd, TVector>(byte* source)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;

    static abstract void Store<TSimd, TVector>(TVector vector, byte* destination)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;
}
