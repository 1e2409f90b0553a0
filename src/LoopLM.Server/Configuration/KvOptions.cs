using System.ComponentModel.DataAnnotations;

namespace LoopLM.Server.Configuration;

/// <summary>Section <c>Kv</c>: how keys and values are held.</summary>
public sealed class KvOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Kv";

    /// <summary>Their type in the cpu runner; the Torch runner holds them in the type of the weights.</summary>
    [AllowedValues("auto", "float32", "bfloat16", ErrorMessage = "Kv:Type must be auto, float32 or bfloat16.")]
    public string Type { get; set; } = "auto";
}
