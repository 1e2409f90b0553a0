using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Storage;

namespace LoopLM.Cpu.Ouro;

/// <summary>The weights of one layer, named for what they do: the checkpoint's names of the norms mislead.</summary>
internal sealed unsafe class LayerWeights
{
    public LayerWeights(WeightLoader loader, int layer)
    {
        var prefix = $"model.layers.{layer}.";
        BeforeAttention = loader.Vector(prefix + "input_layernorm.weight");
        AfterAttention = loader.Vector(prefix + "input_layernorm_2.weight");
        BeforeMlp = loader.Vector(prefix + "post_attention_layernorm.weight");
        AfterMlp = loader.Vector(prefix + "post_attention_layernorm_2.weight");
        Queries = loader.Matrix(prefix + "self_attn.q_proj.weight");
        Keys = loader.Matrix(prefix + "self_attn.k_proj.weight");
        Values = loader.Matrix(prefix + "self_attn.v_proj.weight");
        AttentionOutput = loader.Matrix(prefix + "self_attn.o_proj.weight");
        Gate = loader.Matrix(prefix + "mlp.gate_proj.weight");
        Up = loader.Matrix(prefix + "mlp.up_proj.weight");
        Down = loader.Matrix(prefix + "mlp.down_proj.weight");
    }

    public float* BeforeAttention { get; }

    public float* AfterAttention { get; }

    public float* BeforeMlp { get; }

    public float* AfterMlp { get; }

    public WeightMatrix Queries { get; }

    public WeightMatrix Keys { get; }

    public WeightMatrix Values { get; }

    public WeightMatrix AttentionOutput { get; }

    public WeightMatrix Gate { get; }

    public WeightMatrix Up { get; }

    public WeightMatrix Down { get; }
}
