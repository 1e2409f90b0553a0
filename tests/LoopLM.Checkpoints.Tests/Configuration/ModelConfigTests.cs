using System.Text.Json;
using System.Text.Json.Nodes;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Testing;

namespace LoopLM.Checkpoints.Tests.Configuration;

public sealed class ModelConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_GroupedQueryFixture_ReadsEveryField()
    {
        var config = Assert.IsType<OuroConfig>(ModelConfig.Load(TestData.Fixture("ouro-tiny-gqa", "config.json")));

        Assert.Equal(
            (211, 96, 2, 6, 2, 32, 160, 6), (config.VocabularySize, config.HiddenSize, config.Layers,
                config.Heads, config.KvHeads, config.HeadDimension, config.IntermediateSize, config.Loops));
        Assert.Equal((10000f, 1e-5f), (config.RopeTheta, config.RmsNormEpsilon));
    }

    [Fact]
    public void Load_BundledModel_ReadsThresholdAndStopToken()
    {
        var config = ModelConfig.Load(Path.Combine(TestData.Root, "models", "looplm-bytes", "config.json"));

        Assert.Equal(0.3f, config.EarlyExitThreshold);
        Assert.Equal([256], config.EndOfTextTokens);
    }

    [Theory]
    [InlineData("model_type", "\"llama\"", "model_type is 'llama'; it must be one of: ouro")]
    [InlineData("model_type", "null", "model_type is missing")]
    [InlineData("hidden_size", "null", "hidden_size is missing")]
    [InlineData("hidden_size", "\"64\"", "hidden_size is \"64\"")]
    [InlineData("hidden_size", "0", "hidden_size is 0")]
    [InlineData("total_ut_steps", "null", "total_ut_steps is missing")]
    [InlineData("total_ut_steps", "65", "from 1 to 64")]
    [InlineData("num_key_value_heads", "3", "must divide num_attention_heads")]
    [InlineData("head_dim", "15", "it must be even")]
    [InlineData("hidden_act", "\"gelu\"", "hidden_act is \"gelu\"; it must be \"silu\" or \"swish\"")]
    [InlineData("hidden_act", "null", "hidden_act is missing; it must be \"silu\" or \"swish\"")]
    [InlineData("rope_parameters", "{\"rope_type\":\"yarn\"}", "rope_parameters.rope_type is \"yarn\"; it must be \"default\"")]
    [InlineData("rope_parameters", "{\"full_attention\":{\"rope_type\":\"llama3\"}}",
        "rope_parameters.full_attention.rope_type is \"llama3\"")]
    [InlineData("rope_parameters", "{\"rope_theta\":10000}",
        "rope_parameters.rope_theta is 10000; elsewhere it is 1000000; both must be equal")]
    [InlineData("rope_parameters", "{\"partial_rotary_factor\":0.5}", "rope_parameters.partial_rotary_factor is below 1")]
    [InlineData("rope_parameters", "7", "rope_parameters is 7; it must be an object")]
    [InlineData("rope_scaling", "{\"type\":\"linear\",\"factor\":2}", "rope_scaling.type is \"linear\"; it must be \"default\"")]
    [InlineData("rope_scaling", "{\"factor\":2}", "rope_scaling.rope_type is missing beside factor")]
    [InlineData("partial_rotary_factor", "0.25", "partial_rotary_factor is below 1")]
    [InlineData("quantization_config", "{\"bits\":4}", "quantization_config is {\"bits\":4}; it must be null")]
    [InlineData("vocab_size", "320.5", "vocab_size is 320.5")]
    [InlineData("vocab_size", "1e300", "vocab_size is 1e300")]
    [InlineData("early_exit_step", "2", "early_exit_step is 2; it must be null")]
    [InlineData("attention_bias", "true", "attention_bias is true")]
    [InlineData("rope_theta", "null", "rope_theta is missing")]
    [InlineData("rms_norm_eps", "-1", "rms_norm_eps is -1")]
    [InlineData("tie_word_embeddings", "true", "tie_word_embeddings is true; it must be false")]
    [InlineData("layer_types", "[\"full_attention\",\"sliding_attention\",\"full_attention\"]",
        "layer_types has other values than \"full_attention\"")]
    [InlineData("eos_token_id", "[1,320]", "token ids from 0 to 319")]
    [InlineData("early_exit_threshold", "2", "early_exit_threshold is 2")]
    [InlineData("looplm_draft_loops", "0", "looplm_draft_loops is 0; it must be an integer from 1 to 64")]
    [InlineData("looplm_draft_loops", "1", "looplm_draft_acceptance is missing; it must be a number from 0 to 1")]
    public void Load_BadField_NamesItAndWhatWouldBeRight(string field, string value, string expected)
    {
        var config = Valid();
        config[field] = JsonNode.Parse(value);

        Assert.Contains(expected, Refuse(config.ToJsonString()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hidden_act", "\"swish\"")]
    [InlineData("num_key_value_heads", "null")]
    [InlineData("num_attention_heads", "4.0")]
    [InlineData("vocab_size", "3.2e2")]
    [InlineData("rope_theta", "1e6")]
    [InlineData("rope_theta", "1000000")]
    [InlineData("rope_parameters", "{\"rope_type\":\"default\",\"rope_theta\":1000000.0}")]
    [InlineData("rope_parameters", "{\"type\":\"default\"}")]
    [InlineData("rope_parameters", "{\"full_attention\":{\"rope_type\":\"default\",\"rope_theta\":1e6}}")]
    [InlineData("rope_parameters", "{\"rope_type\":\"default\",\"partial_rotary_factor\":1.0}")]
    [InlineData("rope_scaling", "{\"rope_type\":\"default\"}")]
    [InlineData("rope_scaling", "{\"type\":\"default\",\"factor\":1.0}")]
    [InlineData("rope_scaling", "{\"type\":\"linear\",\"factor\":1.0}")]
    [InlineData("rope_scaling", "{}")]
    [InlineData("sliding_window", "4096")]
    [InlineData("use_sliding_window", "true")]
    [InlineData("layer_types", "[\"full_attention\"]")]
    [InlineData("layer_types", "null")]
    [InlineData("eos_token_id", "0.0")]
    [InlineData("dtype", "\"bfloat16\"")]
    [InlineData("torch_dtype", "\"bfloat16\"")]
    [InlineData("architectures", "[\"OuroModel\"]")]
    [InlineData("quantization_config", "null")]
    [InlineData("transformers_version", "\"5.0.0\"")]
    public void Load_HarmlessVariation_GivesTheSame(string field, string value)
    {
        var config = Valid();
        File.WriteAllText(_folder["plain.json"], config.ToJsonString());
        config[field] = JsonNode.Parse(value);
        File.WriteAllText(_folder["config.json"], config.ToJsonString());

        Assert.Equal(Describe("plain.json"), Describe("config.json"));
    }

    [Fact]
    public void Load_RopeParametersAlone_GiveTheBase()
    {
        var config = Valid();
        config.Remove("rope_theta");
        config["rope_parameters"] = JsonNode.Parse("{\"rope_type\":\"default\",\"rope_theta\":5e5}");
        File.WriteAllText(_folder["config.json"], config.ToJsonString());

        Assert.Equal(500_000f, Assert.IsType<OuroConfig>(ModelConfig.Load(_folder["config.json"])).RopeTheta);
    }

    [Theory]
    [InlineData("\"use_sliding_window\":true", "sliding_window is shorter than max_position_embeddings")]
    [InlineData("\"use_sliding_window\":null", "use_sliding_window must be false")]
    public void Load_WindowThatHidesPositions_IsRefused(string setting, string expected)
    {
        var config = Valid();
        config.Remove("layer_types");
        config["sliding_window"] = 511;
        Assert.Contains(
            expected, Refuse(config.ToJsonString().Replace("\"use_sliding_window\":false", setting, StringComparison.Ordinal)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WindowAsLongAsTheContext_IsAccepted()
    {
        var config = Valid();
        config.Remove("layer_types");
        config.Remove("use_sliding_window");
        config["sliding_window"] = 512;
        File.WriteAllText(_folder["config.json"], config.ToJsonString());

        Assert.Equal(512, ModelConfig.Load(_folder["config.json"]).ContextLength);
    }

    [Fact]
    public void Load_ByteOrderMark_IsSkipped()
    {
        File.WriteAllText(
            _folder["config.json"], Valid().ToJsonString(), new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.Equal(320, ModelConfig.Load(_folder["config.json"]).VocabularySize);
    }

    [Theory]
    [InlineData("5", "must be an object")]
    [InlineData("", "it is empty")]
    [InlineData("<!DOCTYPE html><html>", "HTML")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "Git LFS pointer")]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"model_type":"ouro","model_type":"ouro"}""", "not valid JSON")]
    public void Load_NotAConfig_SaysSo(string text, string expected) =>
        Assert.Contains(expected, Refuse(text).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_SeveralBadFields_ListsThemAll()
    {
        var config = Valid();
        config.Remove("vocab_size");
        config.Remove("rope_theta");

        Assert.Equal(2, Refuse(config.ToJsonString()).Problems.Count);
    }

    [Fact]
    public void Load_CalibratedDrafts_ReadsThem()
    {
        var config = Valid();
        (config["looplm_draft_loops"], config["looplm_draft_acceptance"]) = (2, 0.75);
        File.WriteAllText(_folder["config.json"], config.ToJsonString());

        var loaded = ModelConfig.Load(_folder["config.json"]);

        Assert.Equal((2, 0.75f), (loaded.DraftLoops, loaded.DraftAcceptance));
    }

    [Fact]
    public void Load_OptionalFieldsAbsent_TakesTheirDocumentedValues()
    {
        var config = Valid();
        config.Remove("head_dim");
        config.Remove("early_exit_threshold");
        config.Remove("eos_token_id");
        config["unknown_extra"] = true;
        File.WriteAllText(_folder["config.json"], config.ToJsonString());

        var loaded = Assert.IsType<OuroConfig>(ModelConfig.Load(_folder["config.json"]));

        Assert.Equal(
            (16, 1f, 0, (int?)null), (loaded.HeadDimension, loaded.EarlyExitThreshold, loaded.EndOfTextTokens.Length, loaded.DraftLoops));
    }

    [Fact]
    public void Load_KeysThatNameCode_ChangesNothing()
    {
        var config = Valid();
        File.WriteAllText(_folder["plain.json"], config.ToJsonString());
        config["auto_map"] = new JsonObject
        {
            ["AutoModelForCausalLM"] = "http://localhost/evil--modeling.Evil",
            ["AutoConfig"] = "../../evil.Evil",
        };
        config["trust_remote_code"] = true;
        config["_attn_implementation_internal"] = "evil/kernel";
        config["attn_implementation"] = "evil/kernel:run";
        config["architectures"] = new JsonArray("../evil.py");
        config["_name_or_path"] = "http://localhost/evil";
        config["quantization_config"] = null;
        config["custom_pipelines"] = new JsonObject { ["evil"] = new JsonObject { ["impl"] = "evil.Evil" } };
        File.WriteAllText(_folder["config.json"], config.ToJsonString());

        var (plain, odd) = (Assert.IsType<OuroConfig>(ModelConfig.Load(_folder["plain.json"])),
            Assert.IsType<OuroConfig>(ModelConfig.Load(_folder["config.json"])));

        Assert.Equal(JsonSerializer.Serialize(plain), JsonSerializer.Serialize(odd));
    }

    [Fact]
    public void Load_NestedWithoutEnd_IsRefused() =>
        Assert.Contains("not valid JSON", Refuse("{\"a\":" + new string('[', 100_000)).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_TextThatSteersATerminal_IsShownEscapedAndCut()
    {
        var problem = Assert.Single(Refuse($$"""{"model_type":"\u001b[2J\n{{new string('a', 5000)}}"}""").Problems);

        Assert.StartsWith("model_type is '\\u001b[2J\\u000aaaa", problem, StringComparison.Ordinal);
        Assert.InRange(problem.Length, 1000, 1100);
    }

    private string Describe(string file) => JsonSerializer.Serialize(Assert.IsType<OuroConfig>(ModelConfig.Load(_folder[file])));

    private static JsonObject Valid() =>
        JsonNode.Parse(File.ReadAllText(TestData.Fixture("ouro-tiny-mha", "config.json")))!.AsObject();

    private CheckpointException Refuse(string text)
    {
        File.WriteAllText(_folder["config.json"], text);
        return Assert.Throws<CheckpointException>(() => ModelConfig.Load(_folder["config.json"]));
    }
}
