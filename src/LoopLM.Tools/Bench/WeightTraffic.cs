using LoopLM.Checkpoints.Configuration;
using LoopLM.Checkpoints.Packing;

namespace LoopLM.Tools.Bench;

/// <summary>Bytes of weights that computing reads at least.</summary>
/// <param name="LoopBytes">For one loop of any number of rows.</param>
/// <param name="HeadBytes">For the head over any number of rows.</param>
internal sealed record WeightTraffic(long LoopBytes, long HeadBytes)
{
    /// <summary>The traffic of a model.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="weights">How its matrices are held.</param>
    public static WeightTraffic Of(ModelConfig config, string weights)
    {
        var matrices = config.Tensors.Where(tensor => config.IsPackable(tensor.Name))
            .ToLookup(tensor => tensor.Name == "lm_head.weight", tensor => Bytes(tensor.Shape[0], tensor.Shape[1]));
        return new(matrices[false].Sum(), matrices[true].Sum());

        long Bytes(long outputs, long inputs) => weights switch
        {
            "int8" => new PackedLayout(PackedType.Int8, (int)outputs, (int)inputs).Bytes,
            "int4" => new PackedLayout(PackedType.Int4, (int)outputs, (int)inputs).Bytes,
            "bfloat16" => outputs * inputs * sizeof(ushort),
            _ => outputs * inputs * sizeof(float),
        };
    }
}
