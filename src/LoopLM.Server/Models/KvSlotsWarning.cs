using LoopLM.Checkpoints.Configuration;
using LoopLM.Server.Configuration;

namespace LoopLM.Server.Models;

/// <summary>Warns where no request can use the whole context of a model, because the KV slots end before it.</summary>
internal static partial class KvSlotsWarning
{
    public static void Log(ILogger logger, ModelSettings settings, ModelConfig config)
    {
        var (slots, needed) = (settings.Engine.KvSlots, (long)config.ContextLength * config.Loops);
        if (slots < needed)
        {
            SlotsEndBeforeTheContext(
                logger, settings.Model.NameOrFolder, settings.EngineSection, slots, config.ContextLength, needed, slots / config.Loops);
        }
    }

    [LoggerMessage(1, LogLevel.Warning,
        "Model {Model}: {Section}:KvSlots is {Slots}, and a request of the whole context of {Context} tokens needs {Needed}: "
        + "longer ones than {Longest} tokens are refused. Raise it, or set ContextLength")]
    private static partial void SlotsEndBeforeTheContext(
        ILogger logger, string model, string section, int slots, int context, long needed, int longest);
}
