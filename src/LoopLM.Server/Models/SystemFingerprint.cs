using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LoopLM.Checkpoints;
using LoopLM.Server.Configuration;

namespace LoopLM.Server.Models;

/// <summary>A name of everything that decides what a seed gives: the checkpoint, what computes it, and the defaults of requests.</summary>
internal static class SystemFingerprint
{
    private const int SampleBytes = 1 << 16;

    /// <summary>Takes the fingerprint, as answers give it; reads a sample of each weight file, not all of it.</summary>
    public static string Of(Checkpoint checkpoint, ModelSettings settings)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.EnumerateFiles(checkpoint.Folder, "*.*").Where(IsPartOfTheModel).Order(StringComparer.Ordinal))
        {
            AppendSample(hash, file);
        }

        var (options, engine) = (settings.Model, settings.Engine);
        hash.AppendData(Encoding.UTF8.GetBytes(
            $"{options.Runner} {options.Device} {options.Weights} {settings.Kv.Type} {engine.KvLayout} {engine.Exit} "
            + string.Create(CultureInfo.InvariantCulture, $"{options.GenerationConfig} {options.Sampling}")));
        return $"fp_{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8))}";
    }

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
