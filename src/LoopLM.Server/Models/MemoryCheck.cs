using System.Globalization;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Runners;
using LoopLM.Server.Configuration;

namespace LoopLM.Server.Models;

/// <summary>Adds up what all models take of the machine's memory, before any of it is taken.</summary>
internal static partial class MemoryCheck
{
    /// <summary>What is said where the models need more than there is, one line for all and one for each; empty where they fit.</summary>
    /// <param name="models">The models with what their runners take.</param>
    /// <param name="host">What there is.</param>
    public static IReadOnlyList<string> Problems(IReadOnlyList<(ServedModel Model, RunnerMemory Memory)> models, HostMemory host)
    {
        var needed = models.Sum(model => Reserved(model.Model, model.Memory));
        return needed <= host.Total ? []
            :
            [
                $"The models need {Size(needed)} of memory, and the machine or its container has {Size(host.Total)}. Serve fewer models, "
                    + $"or change their settings:",
                .. models.Select(model => $"Model '{model.Model.Name}': {Describe(model.Model.Settings, model.Memory)}"),
            ];
    }

    /// <summary>
    /// Logs what each model takes, and warns where that is more than is free now: it may still fit,
    /// since slots take memory only when they are used.
    /// </summary>
    public static void Log(IReadOnlyList<(ServedModel Model, RunnerMemory Memory)> models, HostMemory host, ILogger logger)
    {
        foreach (var (model, memory) in models.Where(each => each.Memory != default))
        {
            Takes(logger, model.Name, Size(memory.KeysAndValues), Size(memory.Weights), Size(memory.Rows), Size(memory.Mapped));
        }

        var needed = models.Sum(model => Reserved(model.Model, model.Memory) + model.Memory.Mapped);
        if (needed > host.Available)
        {
            MoreThanIsFree(logger, Size(needed), Size(host.Available));
        }
    }

    /// <summary>The runner's memory, and the logits that the engine holds.</summary>
    private static long Reserved(ServedModel model, RunnerMemory memory) =>
        memory.Reserved + model.Settings.Engine.LogitBytes(model.Checkpoint.Config.VocabularySize);

    private static string Describe(ModelSettings settings, RunnerMemory memory)
    {
        List<string> parts =
            [$"{Size(memory.KeysAndValues)} for {settings.EngineSection}:{nameof(EngineOptions.KvSlots)}={settings.Engine.KvSlots}"];
        if (settings.Kv.Type != "bfloat16")
        {
            parts[0] += $", which {settings.KvSection}:{nameof(KvOptions.Type)}=bfloat16 may halve";
        }

        if (memory.Weights > 0)
        {
            parts.Add(
                $"{Size(memory.Weights)} for weights in {settings.Section}:{nameof(ModelOptions.Weights)}={settings.Model.Weights}, "
                + "of which the cpu runner needs no copy where the file has that type, as looplm quantize writes it");
        }

        parts.Add($"{Size(memory.Rows)} for {settings.EngineSection}:{nameof(EngineOptions.MaxRows)}={settings.Engine.MaxRows}");
        return string.Join("; ", parts) + ".";
    }

    private static string Size(long bytes) => bytes < 1 << 30
        ? (bytes / (double)(1 << 20)).ToString("0 MiB", CultureInfo.InvariantCulture)
        : (bytes / (double)(1 << 30)).ToString("0.00 GiB", CultureInfo.InvariantCulture);

    [LoggerMessage(1, LogLevel.Information,
        "Model {Model} takes {KeysAndValues} for keys and values, {Weights} for copies of weights, {Rows} for rows; "
            + "{Mapped} of weights are mapped")]
    private static partial void Takes(ILogger logger, string model, string keysAndValues, string weights, string rows, string mapped);

    [LoggerMessage(2, LogLevel.Warning,
        "The models need {Needed} of memory with their mapped weights, and {Available} are free now. Where the rest does not become free, "
            + "the system may end the server, or read weights from the disk again and again")]
    private static partial void MoreThanIsFree(ILogger logger, string needed, string available);
}
