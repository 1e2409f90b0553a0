using System.Text;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Fuzz.Fuzzing;

namespace LoopLM.Fuzz.Targets.Checkpoints;

/// <summary>
/// <c>config.json</c> and <c>generation_config.json</c>. Each is refused by the one exception, or taken; a configuration that was taken is
/// the same when it is written and read again, and describes tensors whose sizes can be computed.
/// </summary>
internal sealed class ConfigTarget : FuzzTarget
{
    private const int VocabularySize = 260;
    private const int TensorsLookedAt = 2000;

    private readonly TargetFolder _folder = new();

    /// <inheritdoc/>
    public override string Name => "config";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Dictionary { get; } =
    [
        "\"model_type\":\"ouro\"", "\"total_ut_steps\":", "\"early_exit_threshold\":", "\"eos_token_id\":",
        "\"rope_scaling\":", "\"rope_parameters\":", "\"rope_type\":", "\"rope_theta\":",
        "\"head_dim\":", "\"num_key_value_heads\":", "\"layer_types\":", "\"full_attention\"",
        "\"looplm_weights\":\"int8\"", "\"quantization_config\":", "\"tie_word_embeddings\":true",
        "\"temperature\":", "\"do_sample\":", "\"top_k\":", "\"top_p\":", "\"min_p\":",
        "\"repetition_penalty\":", "\"max_new_tokens\":", "\"bad_words_ids\":", "\"suppress_tokens\":",
        "\"sequence_bias\":", "\"num_beams\":", "\"stop_strings\":", "[[1,2],[3]]",
    ];

    /// <inheritdoc/>
    public override bool Check(byte[] input)
    {
        var path = _folder.Write("config.json", input);
        _folder.Write(GenerationConfig.FileName, input);
        var config = Try(() => ModelConfig.Load(path)) as OuroConfig;
        if (config is not null)
        {
            FuzzException.Require(Written(config) is var once && once == Written((OuroConfig)ModelConfig.Load(_folder["written.json"])),
                "a configuration survives being written", once);
            foreach (var (name, shape) in config.Tensors.Take(TensorsLookedAt))
            {
                var elements = shape.Aggregate((Int128)1, (product, dimension) => product * dimension);
                FuzzException.Require(shape.All(dimension => dimension > 0) && elements < long.MaxValue,
                    "tensors have sizes", $"'{name}' has {elements} elements");
            }
        }

        return Try(() => GenerationConfig.Load(_folder.Path, VocabularySize)) is not null | config is not null;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    private static T? Try<T>(Func<T> load)
        where T : class
    {
        try
        {
            return load();
        }
        catch (CheckpointException exception)
        {
            Messages.Check(exception.Problems);
            return null;
        }
    }

    private string Written(OuroConfig config)
    {
        var path = _folder["written.json"];
        config.Save(path, ElementType.Float32);
        return File.ReadAllText(path, Encoding.UTF8);
    }
}
