using System.Collections.Immutable;

namespace LoopLM.Checkpoints.Configuration;

/// <summary>
/// An Ouro model (arXiv 2510.25741). Nothing that the forward pass needs has a default: the class
/// defaults of the published code describe another model.
/// </summary>
public sealed record OuroConfig : ModelConfig
{
    /// <summary>Value of <c>model_type</c>.</summary>
    public const string Family = "ouro";

    /// <summary>Decoder layers of one loop: <c>num_hidden_layers</c>.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads: <c>num_attention_heads</c>.</summary>
    public required int Heads { get; init; }

    /// <summary>
    /// Key and value heads, a divisor of <see cref="Heads"/>: <c>num_key_value_heads</c>, or as many
    /// as <see cref="Heads"/> where it is absent.
    /// </summary>
    public required int KvHeads { get; init; }

    /// <summary>Length of one head, even: <c>head_dim</c>, or hidden_size / num_attention_heads where it is absent.</summary>
    public required int HeadDimension { get; init; }

    /// <summary>Inner length of the SwiGLU: <c>intermediate_size</c>.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Base of the rotary embedding: <c>rope_theta</c>, beside the other fields or in <c>rope_parameters</c>.</summary>
    public required float RopeTheta { get; init; }

    /// <summary>Added to the mean square in every RMSNorm: <c>rms_norm_eps</c>.</summary>
    public required float RmsNormEpsilon { get; init; }

    /// <inheritdoc/>
    public override double HeadCost
    {
        get
        {
            double projections = 2L * (Heads + KvHeads) * HeadDimension;
            return VocabularySize / (Layers * (projections + (3L * IntermediateSize)));
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, ImmutableArray<long> Shape)> Tensors
    {
        get
        {
            long hidden = HiddenSize, ffn = IntermediateSize, vocabulary = VocabularySize;
            var (queries, keys) = ((long)Heads * HeadDimension, (long)KvHeads * HeadDimension);
            yield return ("model.embed_tokens.weight", [vocabulary, hidden]);
            for (var layer = 0; layer < Layers; layer++)
            {
                var prefix = $"model.layers.{layer}.";
                yield return (prefix + "input_layernorm.weight", [hidden]);
                yield return (prefix + "input_layernorm_2.weight", [hidden]);
                yield return (prefix + "post_attention_layernorm.weight", [hidden]);
                yield return (prefix + "post_attention_layernorm_2.weight", [hidden]);
                yield return (prefix + "self_attn.q_proj.weight", [queries, hidden]);
                yield return (prefix + "self_attn.k_proj.weight", [keys, hidden]);
                yield return (prefix + "self_attn.v_proj.weight", [keys, hidden]);
                yield return (prefix + "self_attn.o_proj.weight", [hidden, queries]);
                yield return (prefix + "mlp.gate_proj.weight", [ffn, hidden]);
                yield return (prefix + "mlp.up_proj.weight", [ffn, hidden]);
                yield return (prefix + "mlp.down_proj.weight", [hidden, ffn]);
            }

            yield return ("model.norm.weight", [hidden]);
            yield return ("model.early_exit_gate.weight", [1, hidden]);
            yield return ("model.early_exit_gate.bias", [1]);
            yield return ("lm_head.weight", [vocabulary, hidden]);
        }
    }

    /// <inheritdoc/>
    public override bool IsPackable(string name) => name == "lm_head.weight" || name.EndsWith("_proj.weight", StringComparison.Ordinal);

    internal static OuroConfig Read(ConfigFields fields)
    {
        const int MaxSize = 1 << 20;
        var vocabulary = fields.Integer("vocab_size", 1, 1 << 24);
        var hidden = fields.Integer("hidden_size", 1, MaxSize);
        var layers = fields.Integer("num_hidden_layers", 1, 4096);
        var heads = fields.Integer("num_attention_heads", 1, 4096);
        var keyValueHeads = fields.IntegerOr("num_key_value_heads", 1, 4096, absent: heads);
        var headDimension = fields.IntegerOr("head_dim", 2, 65536, absent: hidden / heads);
        if (heads % keyValueHeads != 0)
        {
            fields.Problem($"num_key_value_heads is {keyValueHeads}; it must divide num_attention_heads, which is {heads}");
        }

        if (headDimension % 2 != 0 || headDimension == 0)
        {
            fields.Problem($"head_dim is {headDimension}; it must be even, for the rotary embedding");
        }

        fields.OneOf("hidden_act", "silu", "swish");
        fields.Only("early_exit_step", "null");
        fields.Only("tie_word_embeddings", "false");
        fields.Only("attention_bias", "false");
        fields.Only("quantization_config", "null");
        var context = fields.Integer("max_position_embeddings", 1, 1 << 24);
        CheckAttention(fields, context);
        var (draftLoops, draftAcceptance) = fields.Drafts();
        return new OuroConfig
        {
            ModelType = Family,
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            Layers = layers,
            Heads = heads,
            KvHeads = keyValueHeads,
            HeadDimension = headDimension,
            IntermediateSize = fields.Integer("intermediate_size", 1, MaxSize),
            Loops = fields.Integer("total_ut_steps", 1, 64),
            ContextLength = context,
            RopeTheta = RopeFields.ReadTheta(fields),
            RmsNormEpsilon = fields.Number("rms_norm_eps", 0, 1),
            EarlyExitThreshold = fields.Number("early_exit_threshold", 0, 1, absent: 1),
            DraftLoops = draftLoops,
            DraftAcceptance = draftAcceptance,
            PackedWeights = fields.PackedWeights(),
            EndOfTextTokens = fields.Tokens("eos_token_id", vocabulary),
        };
    }

    /// <summary>Every layer must see all positions: a window or other kinds of layers are accepted only where they hide nothing.</summary>
    private static void CheckAttention(ConfigFields fields, int context)
    {
        const string Types = "layer_types", Window = "sliding_window", Switch = "use_sliding_window";
        const string Full = "full_attention";
        if (fields.IsEach(Types, Full))
        {
            return;
        }

        if (fields.Has(Types))
        {
            fields.Problem($"{Types} has other values than \"{Full}\"; all must be \"{Full}\"");
        }

        if (!fields.Has(Window) || fields.Is(Switch, "false"))
        {
            return;
        }

        if (fields.Integer(Window, 1, int.MaxValue) < context)
        {
            fields.Problem($"{Window} is shorter than max_position_embeddings; only full attention is supported. "
                + $"Where the model has no window, {Switch} must be false");
        }
    }
}
