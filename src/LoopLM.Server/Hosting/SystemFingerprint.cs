using System.Security.Cryptography;
using System.Text;
using LoopLM.Engine.Execution;
using LoopLM.Server.Configuration;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Hosting;

/// <summary>A name of everything that decides what a seed gives: the checkpoint, what computes it, and the defaults of requests.</summary>
internal sealed class SystemFingerprint
{
    private const int SampleBytes = 1 << 16;

    /// <summary>Takes the fingerprint; reads a sample of each weight file, not all of it.</summary>
    public SystemFingerprint(ServedModel model, IOptions<ModelOptions> modelOptions, IOptions<KvOptions> kvOptions, IOptions<EngineOptions> engineOptions)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.EnumerateFiles(model.Checkpoint.Folder, "*.*").Where(IsPartOfTheModel).Order(StringComparer.Ordinal))
        {
            AppendSample(hash, file);
        }

        var options = modelOptions.Value;
        hash.AppendData(Encoding.UTF8.GetBytes($"{options.Runner} {options.Device} {options.Weights} {kvOptions.Value.Type} {engineOptions.Value.KvLayout} {engineOptions.Value.Exit}"));
        Value = $"fp_{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8))}";
    }

    /// <summary>The fingerprint, as answers give it.</summary>
    public string Value { get; }

    private static bool IsPartOfTheModel(string file) => Path.GetExtension(file) is ".json" or ".safetensors";

    private static void AppendSample(IncrementalHash hash, string file)
    {
        using var stream = File.OpenRead(file);
        hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(file)} {stream.Length} "));
        var sample = new byte[SampleBytes];
        hash.AppendData(sample, 0, stream.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false));
        stream.Position = Math.Max(0, stream.Length - SampleBytes);
        hash.AppendData(sample, 0, stream.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false));
    }
}
