using System.Text.Json;
using LoopLM.Checkpoints.Configuration;

namespace LoopLM.Checkpoints.Tests.Configuration;

public sealed class GenerationConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_NoFile_SaysNothing() => Assert.Same(GenerationConfig.Empty, GenerationConfig.Load(_folder.Path, 10));

    [Fact]
    public void Load_PublicFile_ReadsWhatChangesAnswers()
    {
        var config = Load("""
            {"bos_token_id": 1, "pad_token_id": 1, "do_sample": true, "eos_token_id": [2, 1], "repetition_penalty": 1.05, "temperature": 0.6, "top_k": 20,
             "top_p": 0.95, "min_p": null, "max_new_tokens": 512, "suppress_tokens": [3], "bad_words_ids": [[4, 5]], "transformers_version": "5.0.0"}
            """);

        Assert.Equal([2, 1], config.EndOfTextTokens);
        Assert.Equal(
            (0.6f, 0.95f, 20, 1.05f, 512), (config.Temperature, config.TopP, config.TopK, config.RepetitionPenalty, config.MaxNewTokens));
        Assert.Null(config.MinP);
        Assert.Equal([[3], [4, 5]], config.BadWords.Select(word => word.ToArray()));
    }

    [Fact]
    public void Load_NoSampling_IsGreedy() => Assert.Equal(0f, Load("{\"do_sample\": false, \"temperature\": 0.6}").Temperature);

    [Theory]
    [InlineData("{\"num_beams\": 1, \"length_penalty\": 1.0, \"early_stopping\": false, \"typical_p\": 1.0, \"no_repeat_ngram_size\": 0}")]
    [InlineData(
        "{\"_from_model_config\": true, \"use_cache\": false, \"max_length\": 4096, \"num_return_sequences\": 1, \"chat_format\": \"chatml\"}")]
    [InlineData("{\"begin_suppress_tokens\": [], \"guidance_scale\": 1, \"forced_eos_token_id\": null, \"renormalize_logits\": false}")]
    public void Load_FieldsThatChangeNothing_AreAccepted(string json) =>
        Assert.Equal(JsonSerializer.Serialize(GenerationConfig.Empty), JsonSerializer.Serialize(Load(json)));

    [Theory]
    [InlineData("{\"num_beams\": 4}", "num_beams is 4, which is not supported; leave it out, or set it to 1")]
    [InlineData("{\"no_repeat_ngram_size\": 3}", "no_repeat_ngram_size is 3")]
    [InlineData("{\"typical_p\": 0.9}", "typical_p is 0.9")]
    [InlineData("{\"begin_suppress_tokens\": [1]}", "begin_suppress_tokens is [1]")]
    [InlineData("{\"stop_strings\": [\"x\"]}", "stop_strings is [\"x\"]")]
    [InlineData("{\"min_new_tokens\": 2}", "min_new_tokens is 2")]
    [InlineData("{\"forced_eos_token_id\": 1}", "forced_eos_token_id is 1, which is not supported; leave it out")]
    [InlineData("{\"eos_token_id\": [10]}", "eos_token_id is [10]; it must hold token ids from 0 to 9")]
    [InlineData("{\"suppress_tokens\": [\"a\"]}", "suppress_tokens is [\"a\"]")]
    [InlineData("{\"bad_words_ids\": [1]}", "bad_words_ids is [1]; it must be a list of lists")]
    [InlineData("{\"bad_words_ids\": [[]]}", "bad_words_ids is [[]]")]
    [InlineData("{\"temperature\": 3}", "temperature is 3; it must be a number from 0 to 2")]
    [InlineData("{\"top_p\": 0}", "top_p is 0")]
    [InlineData("{\"top_k\": -1}", "top_k is -1")]
    [InlineData("[]", "must be an object")]
    [InlineData("", "it is empty")]
    public void Load_WhatIsNotSupported_IsRefusedByName(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => Load(json)).Message, StringComparison.Ordinal);

    private GenerationConfig Load(string json)
    {
        File.WriteAllText(_folder[GenerationConfig.FileName], json);
        return GenerationConfig.Load(_folder.Path, 10);
    }
}
