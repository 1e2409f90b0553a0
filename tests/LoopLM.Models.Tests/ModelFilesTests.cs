using LoopLM.Checkpoints.Safetensors;
using LoopLM.Testing;

namespace LoopLM.Models.Tests;

/// <summary>
/// Files that are like those of public checkpoints, or broken: harmless ones open, all others are
/// refused with model, file and what is wrong.
/// </summary>
public sealed class ModelFilesTests
{
    private const string Config = "config.json", Tokenizer = "tokenizer.json",
        TokenizerConfig = "tokenizer_config.json", Generation = "generation_config.json";
    private const string Weights = "model.safetensors", Index = "model.safetensors.index.json", Template = "chat_template.jinja";

    /// <summary>A member of a JSON file and its value, and what the refusal says of it; null where it is accepted.</summary>
    public static TheoryData<string, string, string?, string?> Members => new()
    {
        { Config, "rope_parameters", """{"rope_type": "default", "rope_theta": 10000}""", null },
        { Config, "rope_parameters", """{"rope_type": "yarn", "factor": 4}""", "rope_parameters.rope_type is \"yarn\"" },
        { Config, "rope_scaling", """{"rope_type": "default"}""", null },
        { Config, "rope_scaling", """{"type": "dynamic", "factor": 2.0}""", "rope_scaling.type is \"dynamic\"" },
        { Config, "num_key_value_heads", "4", "num_key_value_heads is 4; it must divide" },
        { Config, "num_key_value_heads", null, null },
        { Config, "hidden_size", "1e2", "tensor 'model.embed_tokens.weight' has the shape" },
        { Config, "vocab_size", "260.0", null },
        { Config, "vocab_size", "259", "config.json requires [259" },
        { Config, "sliding_window", "4096", null },
        { Config, "max_window_layers", "28", null },
        { Config, "layer_types", null, null },
        { Config, "layer_types", """["linear_attention"]""", "layer_types has other values" },
        { Config, "attention_bias", "true", "attention_bias is true" },
        { Config, "tie_word_embeddings", "true", "tie_word_embeddings is true" },
        { Config, "tie_word_embeddings", null, null },
        { Config, "dtype", "\"bfloat16\"", null },
        { Config, "architectures", "null", null },
        { Config, "auto_map", """{"AutoModel": "modeling.Ouro"}""", null },
        { Config, "quantization_config", """{"quant_method": "gptq"}""", "quantization_config is" },
        { Config, "model_type", "\"qwen2\"", "model_type is 'qwen2'" },
        { Config, "eos_token_id", "[256, 258]", null },
        { Config, "eos_token_id", "-1", "eos_token_id is -1" },
        { Config, "total_ut_steps", null, "total_ut_steps is missing" },
        { Config, "early_exit_threshold", "null", null },
        { Config, "hidden_act", "\"relu\"", "hidden_act is \"relu\"" },
        { Tokenizer, "version", "null", null },
        { Tokenizer, "normalizer", """{"type": "NFC"}""", null },
        { Tokenizer, "normalizer", """{"type": "Sequence", "normalizers": []}""", null },
        { Tokenizer, "normalizer", """{"type": "BertNormalizer"}""", "normalizer.type is \"BertNormalizer\"" },
        { Tokenizer, "truncation", """{"direction": "Right", "max_length": 512, "strategy": "LongestFirst", "stride": 0}""", null },
        { Tokenizer, "padding", """{"strategy": {"Fixed": 512}, "pad_id": 259, "pad_token": "<|pad|>"}""", null },
        { Tokenizer, "model.dropout", "0.0", null },
        { Tokenizer, "model.dropout", "0.1", "model.dropout is 0.1" },
        { Tokenizer, "model.byte_fallback", "true", "model.byte_fallback is true" },
        { Tokenizer, "model.type", "\"Unigram\"", "model.type is \"Unigram\"" },
        { Tokenizer, "model.ignore_merges", "true", null },
        { Tokenizer, "decoder",
            """{"type": "Sequence", "decoders": [{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}]}""",
            null },
        { Tokenizer, "decoder", """{"type": "WordPiece"}""", "decoder.type is \"WordPiece\"" },
        { Tokenizer, "post_processor",
            """{"type": "RobertaProcessing", "sep": ["<|im_end|>", 258], "cls": ["<|im_start|>", 257], "trim_offsets": true, "add_prefix_space": false}""",
            null },
        { Tokenizer, "post_processor", """{"type": "Sequence", "processors": []}""", null },
        { Tokenizer, "pre_tokenizer", """{"type": "Metaspace", "replacement": "▁"}""", "pre_tokenizer is {\"type\":\"Metaspace\"" },
        { Tokenizer, "pre_tokenizer",
            """{"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "\\d+(?<=x)"}, "behavior": "Isolated", "invert": false}, {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]}""",
            "groups that begin with '(?' are '(?:', '(?i:', '(?=' and '(?!'" },
        { Tokenizer, "added_tokens.0.id", "999", "added_tokens[0].id is 999" },
        { TokenizerConfig, "chat_template", "\"{% if %}\"", "line 1, column 7" },
        { TokenizerConfig, "add_bos_token", "true", null },
    };

    /// <summary>A file and its text, and what the refusal says of it; null where it is accepted.</summary>
    public static TheoryData<string, string, string?> Texts => new()
    {
        { Config, "", "it is empty" },
        { Config, "{", "it is not valid JSON: it ends at line 1, byte 2, before it is complete" },
        { Config, AlteredModel.LfsPointer, "it is a Git LFS pointer" },
        { Config, AlteredModel.HtmlPage, "it is an HTML or XML page" },
        { Tokenizer, "", "it is empty" },
        { Tokenizer, "{}", "model.vocab is absent" },
        { Tokenizer, """{"version": "\udc00\ud800"}""", "version is \"\\udc00\\ud800\"" },
        { Tokenizer, AlteredModel.LfsPointer, "it is a Git LFS pointer" },
        { Tokenizer, AlteredModel.HtmlPage, "it is an HTML or XML page" },
        { TokenizerConfig, AlteredModel.LfsPointer, "it is a Git LFS pointer" },
        { Template, AlteredModel.LfsPointer, "it is a Git LFS pointer" },
        { Template, AlteredModel.HtmlPage, "it is an HTML or XML page" },
        { Template, "<s>{{ messages[0].content }}</s>", null },
        { Weights, "", "it is empty" },
        { Weights, AlteredModel.LfsPointer, "it is a Git LFS pointer" },
        { Weights, AlteredModel.HtmlPage, "it is an HTML or XML page" },
        { Weights, "GGUF\u0003\0\0\0\0\0\0\0", "it is a GGUF file" },
        { Weights, "PK\u0003\u0004\0\0\0\0", "it is a zip archive" },
        { Weights, "{\"a\": 1}", "it is a text that begins with '{\"a\": 1}'" },
        { Generation, "{}", null },
        { Generation, """{"eos_token_id": [256, 10], "temperature": 0.6, "top_p": 0.95, "top_k": 20, "do_sample": true}""", null },
        { Generation, """{"num_beams": 4}""",
            "num_beams is 4, which is not supported; leave it out, or set it to 1. GenerationConfig=none reads nothing of the file" },
        { Generation, """{"eos_token_id": 260}""", "token ids from 0 to 259" },
        { Generation, AlteredModel.LfsPointer, "it is a Git LFS pointer" },
        { Generation, "not JSON", "it is not valid JSON" },
    };

    [Theory]
    [MemberData(nameof(Members))]
    public void Open_AlteredMember_IsAcceptedOrRefusedByName(string file, string path, string? value, string? expected)
    {
        using var model = new AlteredModel();
        AssertOutcome(model.Set(file, path, value), expected);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Open_AnotherFileInItsPlace_IsAcceptedOrRefusedByName(string file, string text, string? expected)
    {
        using var model = new AlteredModel();
        AssertOutcome(model.Write(file, text), expected);
    }

    [Theory]
    [InlineData(Config, "config.json: it is not there. Choose the folder of a checkpoint, or download the file")]
    [InlineData(Tokenizer, "tokenizer.json: it is not there. Choose the folder of a checkpoint, or download the file")]
    [InlineData(Weights,
        "neither model.safetensors nor model.safetensors.index.json is there; only safetensors are read. The folder holds no weights")]
    [InlineData(TokenizerConfig, null)]
    public void Open_WithoutAFile_IsAcceptedOrRefusedByName(string file, string? expected)
    {
        using var model = new AlteredModel();
        AssertOutcome(model.Remove(file), expected);
    }

    [Theory]
    [InlineData("pytorch_model.bin")]
    [InlineData("model-00001-of-00002.safetensors")]
    [InlineData("model.Q4_K_M.gguf")]
    public void Open_OnlyOtherWeights_NamesThem(string file)
    {
        using var model = new AlteredModel();
        AssertOutcome(model.Remove(Weights).Write(file, "x"), $"The folder holds {file}; save the model");
    }

    [Fact]
    public void Open_WeightsCutShort_SaysSo()
    {
        using var model = new AlteredModel();
        var whole = File.ReadAllBytes(model[Weights]);
        AssertOutcome(model.Write(Weights, whole.AsSpan(0, whole.Length / 2)), "must rise and stay within");
    }

    [Fact]
    public void Open_WeightsWithBuffersOfAnyOrderAndType_AreAccepted()
    {
        using var model = new AlteredModel();
        using (var weights = SafetensorsFile.Open(model[Weights]))
        {
            var tensors = weights.Tensors.Values.Reverse().Select(Copy).ToList();
            model.Remove(Weights);
            SafetensorsWriter.Write(
                model[Weights], [.. tensors, new("model.layers.0.self_attn.rotary_emb.inv_freq", ElementType.Float64, [2], new byte[16])]);
        }

        AssertOutcome(model, null);
    }

    [Fact]
    public void Open_ShardsOfAnIndexWithMetadata_AreAccepted()
    {
        using var model = new AlteredModel();
        var names = ShardInTwo(model);
        AssertOutcome(model.Write(Index, $$"""{"metadata": {"total_size": "unknown"}, "weight_map": { {{names}} } }"""), null);
    }

    [Fact]
    public void Open_ShardThatIsALfsPointer_NamesIt()
    {
        using var model = new AlteredModel();
        var names = ShardInTwo(model);
        AssertOutcome(model.Write(Index, $$"""{"weight_map": { {{names}} } }""").Write("b.safetensors", AlteredModel.LfsPointer),
            "b.safetensors: it is a Git LFS pointer");
    }

    [Fact]
    public void Open_SeveralFilesBroken_ListsTheProblemsOfAll()
    {
        using var model = new AlteredModel();
        var problems = ProblemsOf(model.Set(Config, "total_ut_steps", "0").Write(Tokenizer, "{").Write(Template, "{% if %}"));

        Assert.Equal(3, problems.Count);
        Assert.All(problems, problem => Assert.StartsWith("Model 'altered': ", problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Open_ManyProblemsOfOneFile_TellsTheFirst()
    {
        using var model = new AlteredModel();
        var problems = ProblemsOf(model.Set(Config, "hidden_size", "191"));

        Assert.Equal(21, problems.Count);
        Assert.Contains(" more problems", problems[^1], StringComparison.Ordinal);
    }

    private static NamedTensor Copy(SafetensorsTensor tensor)
    {
        var values = new float[tensor.ElementCount];
        tensor.CopyTo(values);
        return new(tensor.Name, ElementType.Float32, tensor.Shape,
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    private static string ShardInTwo(AlteredModel model)
    {
        using var weights = SafetensorsFile.Open(model[Weights]);
        var tensors = weights.Tensors.Values.Select(Copy).ToList();
        SafetensorsWriter.Write(model["a.safetensors"], tensors[..5]);
        SafetensorsWriter.Write(model["b.safetensors"], tensors[5..]);
        model.Remove(Weights);
        return string.Join(", ", tensors.Select((tensor, i) => $"\"{tensor.Name}\": \"{(i < 5 ? "a" : "b")}.safetensors\""));
    }

    private static void AssertOutcome(AlteredModel model, string? expected)
    {
        var problems = ProblemsOf(model);
        if (expected is null)
        {
            Assert.Empty(problems);
            return;
        }

        Assert.Contains(problems, problem => problem.Contains(expected, StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.StartsWith($"Model 'altered': {model.Folder}", problem, StringComparison.Ordinal));
        Assert.DoesNotContain(problems, problem => problem.Contains('\n', StringComparison.Ordinal));
    }

    /// <summary>Opens the files, and says what is wrong with them.</summary>
    private static IReadOnlyList<string> ProblemsOf(AlteredModel model)
    {
        try
        {
            ModelFiles.Open("altered", model.Folder).Dispose();
            return [];
        }
        catch (ModelProblemsException exception)
        {
            return exception.Problems;
        }
    }
}
