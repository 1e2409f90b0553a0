using LoopLM.Fuzz.Fuzzing;
using LoopLM.Fuzz.Targets.Checkpoints;
using LoopLM.Fuzz.Targets.Server;
using LoopLM.Fuzz.Targets.Text;
using LoopLM.Fuzz.Targets.Tools;

namespace LoopLM.Fuzz.Targets;

/// <summary>All targets.</summary>
internal static class FuzzTargets
{
    private static readonly (string Name, Func<FuzzTarget> Create)[] s_all =
    [
        ("safetensors", () => new SafetensorsTarget()), ("config", () => new ConfigTarget()),
        ("tokenizer", () => new TokenizerTarget()), ("template", () => new TemplateTarget()),
        ("schema", () => new SchemaTarget()), ("pattern", () => new PatternTarget()),
        ("request", () => new RequestTarget()), ("stream", () => new StreamTarget()),
        ("grpc", () => new GrpcTarget()), ("settings", () => new SettingsTarget()), ("tale", () => new TaleTarget()),
    ];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(target => target.Name)];

    /// <summary>Makes a target.</summary>
    public static FuzzTarget Create(string name) => s_all.First(target => target.Name == name).Create();
}
