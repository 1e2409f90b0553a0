using System.Text.Json;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Testing;

namespace LoopLM.Checkpoints.Tests;

public sealed class CheckpointTests : IDisposable
{
    private const string Index = "model.safetensors.index.json";

    private readonly TemporaryFolder _folder = new();

    public CheckpointTests() => File.Copy(TestData.Fixture("ouro-tiny-mha", "config.json"), _folder["config.json"]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ouro-tiny-mha")]
    [InlineData("ouro-tiny-gqa")]
    [InlineData("looplm-bytes")]
    public void Open_Fixture_HoldsWhatItsConfigurationAsksFor(string fixture)
    {
        using var checkpoint = Checkpoint.Open(TestData.Fixture(fixture));

        Assert.Equal(checkpoint.Config.Tensors.Count(), checkpoint.Tensors.Count);
    }

    [Fact]
    public void Open_BundledModel_HasItsStatedParameters()
    {
        using var checkpoint = Checkpoint.Open(Path.Combine(TestData.Root, "models", "looplm-bytes"));

        Assert.Equal(1_429_633, checkpoint.Tensors.Values.Sum(tensor => tensor.ElementCount));
        Assert.All(checkpoint.Tensors.Values, tensor => Assert.Equal(ElementType.BFloat16, tensor.ElementType));
    }

    [Fact]
    public void Open_CutShort_SaysWhichFileAndWhatIsBeyondIt()
    {
        var bytes = File.ReadAllBytes(TestData.Fixture("ouro-tiny-mha", "model.safetensors"));
        File.WriteAllBytes(_folder["model.safetensors"], bytes[..^1000]);

        Assert.Contains("model.safetensors: tensor '", Refuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingExtraMisshapedAndWrongType_ListsAllFour()
    {
        var tensors = Tensors().ToList();
        tensors.RemoveAll(tensor => tensor.Name == "model.norm.weight");
        tensors.Add(new NamedTensor("bonus", ElementType.Float32, [1], new byte[4]));
        Replace(tensors, "model.early_exit_gate.weight", tensor => tensor with { Shape = [64, 1] });
        Replace(tensors, "model.early_exit_gate.bias", tensor => tensor with { ElementType = ElementType.Int32 });
        SafetensorsWriter.Write(_folder["model.safetensors"], tensors);

        var message = Refuse();

        Assert.Contains("'model.norm.weight' of shape [64] is missing", message, StringComparison.Ordinal);
        Assert.Contains("'bonus' is not part of the model", message, StringComparison.Ordinal);
        Assert.Contains(
            "'model.early_exit_gate.weight' has the shape [64, 1]; config.json requires [1, 64]", message, StringComparison.Ordinal);
        Assert.Contains("'model.early_exit_gate.bias' is I32", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AllNamesWithAnotherPrefix_TellsTwoProblems()
    {
        SafetensorsWriter.Write(
            _folder["model.safetensors"], [.. Tensors().Select(tensor => tensor with { Name = $"module.{tensor.Name}" })]);

        var problems = Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder.Path)).Problems;

        Assert.Collection(
            problems,
            missing => Assert.Matches("^[0-9]+ tensors: 'model.embed_tokens.weight' of shape .* and more are missing", missing),
            foreign => Assert.Matches("^[0-9]+ tensors: 'module.* and more are not part of the model", foreign));
    }

    [Fact]
    public void Open_Shards_FindsEveryTensor()
    {
        WriteShards();

        using var checkpoint = Checkpoint.Open(_folder.Path);

        Assert.Equal(checkpoint.Config.Tensors.Count(), checkpoint.Tensors.Count);
    }

    [Theory]
    [InlineData("../model-2.safetensors")]
    [InlineData("/etc/model-2.safetensors")]
    [InlineData("sub/model-2.safetensors")]
    [InlineData("..\\model-2.safetensors")]
    [InlineData("..")]
    [InlineData("model-2.bin")]
    [InlineData("model-2\0.safetensors")]
    [InlineData("")]
    public void Open_IndexNamesAFileElsewhere_IsRefused(string name)
    {
        WriteShards(secondName: name);

        Assert.Contains("not the plain name of a safetensors file in the folder", Refuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_IndexNamesAFileThatIsNotThere_IsRefused()
    {
        WriteShards(secondName: "model-3.safetensors");

        Assert.Contains("'model-3.safetensors', which is not there", Refuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_IndexPlacesATensorTwice_IsRefused()
    {
        WriteShards();
        File.WriteAllText(_folder[Index], """{"weight_map":{"a":"model-1.safetensors","\u0061":"model-2.safetensors"}}""");

        Assert.Contains($"{Index}: it is not valid JSON", Refuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TensorInTwoShards_IsRefused()
    {
        WriteShards();
        SafetensorsWriter.Write(_folder["model-2.safetensors"], [.. Tensors().Skip(9)]);

        var message = Refuse();

        Assert.Contains("is in two files", message, StringComparison.Ordinal);
        Assert.Contains("that model.safetensors.index.json does not place there", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ShardHoldsWhatTheIndexDoesNotPlaceThere_IsRefused()
    {
        WriteShards(dropFromIndex: "lm_head.weight");

        Assert.Contains("holds the tensor 'lm_head.weight'", Refuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoSafetensors_SaysThatNothingElseIsRead()
    {
        File.WriteAllBytes(_folder["pytorch_model.bin"], [1]);

        Assert.Contains(
            "only safetensors are read. The folder holds pytorch_model.bin; save the model", Refuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_BuffersThatAModelComputes_AreSkipped()
    {
        string[] names = ["model.layers.0.self_attn.rotary_emb.inv_freq", "model.layers.1.self_attn.masked_bias", "rotary_emb.inv_freq"];
        SafetensorsWriter.Write(
            _folder["model.safetensors"],
            [.. Tensors(), .. names.Select(name => new NamedTensor(name, ElementType.Float64, [1], new byte[8]))]);

        using var checkpoint = Checkpoint.Open(_folder.Path);

        Assert.Equal(names, checkpoint.SkippedTensors);
        Assert.Equal(checkpoint.Config.Tensors.Count(), checkpoint.Tensors.Count);
    }

    [Fact]
    public void Open_ShardWithABufferThatTheIndexDoesNotName_IsAccepted()
    {
        WriteShards();
        SafetensorsWriter.Write(_folder["model-2.safetensors"],
            [.. Tensors().Skip(10), new NamedTensor("model.rotary_emb.inv_freq", ElementType.Float32, [1], new byte[4])]);

        using var checkpoint = Checkpoint.Open(_folder.Path);

        Assert.Equal(["model.rotary_emb.inv_freq"], checkpoint.SkippedTensors);
    }

    [Fact]
    public void Open_IndexWithoutTensors_IsRefused()
    {
        File.WriteAllText(_folder[Index], "{\"weight_map\":{}}");

        Assert.Contains("its weight_map names no tensor", Refuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FileInPlaceOfAFolder_SaysSo() =>
        Assert.Contains("it is a file; name the folder",
            Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["config.json"])).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_NoFolder_SaysSo() =>
        Assert.Contains(
            "no such folder", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["none"])).Message, StringComparison.Ordinal);

    private static void Replace(List<NamedTensor> tensors, string name, Func<NamedTensor, NamedTensor> change)
    {
        var index = tensors.FindIndex(tensor => tensor.Name == name);
        tensors[index] = change(tensors[index]);
    }

    private IEnumerable<NamedTensor> Tensors() =>
        ModelConfig.Load(_folder["config.json"]).Tensors.Select(tensor =>
            new NamedTensor(tensor.Name, ElementType.Float32, tensor.Shape, new byte[4 * tensor.Shape.Aggregate(1L, (a, b) => a * b)]));

    private void WriteShards(string secondName = "model-2.safetensors", string? dropFromIndex = null)
    {
        var tensors = Tensors().ToList();
        SafetensorsWriter.Write(_folder["model-1.safetensors"], tensors[..10]);
        SafetensorsWriter.Write(_folder["model-2.safetensors"], tensors[10..]);
        var map = tensors.Select((tensor, i) => (tensor.Name, File: i < 10 ? "model-1.safetensors" : secondName))
            .Where(entry => entry.Name != dropFromIndex)
            .ToDictionary(entry => entry.Name, entry => entry.File);
        File.WriteAllText(_folder[Index], JsonSerializer.Serialize(new { weight_map = map }));
    }

    private string Refuse() => Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder.Path)).Message;
}
