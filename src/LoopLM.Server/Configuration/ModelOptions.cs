using System.ComponentModel.DataAnnotations;

namespace LoopLM.Server.Configuration;

/// <summary>Section <c>Model</c>: which checkpoint is served and what computes it.</summary>
public sealed class ModelOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Model";

    /// <summary>Folder of the checkpoint, relative to the working directory. Default: the bundled model.</summary>
    public string? Path { get; set; }

    /// <summary>Name under which requests ask for it. Default: the folder's name.</summary>
    [StringLength(256, MinimumLength = 1)]
    public string? Name { get; set; }

    /// <summary>What computes it: <c>cpu</c> or <c>torch</c>. Default: the first of the runners that the server was built with.</summary>
    public string? Runner { get; set; }

    /// <summary>Where the Torch runner computes: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    [RegularExpression("cpu|cuda(:[0-9]{1,3})?", ErrorMessage = "Device must be cpu, cuda or cuda:N.")]
    public string Device { get; set; } = "cpu";

    /// <summary>Type of the weights while computing: <c>auto</c> lets the runner choose for its device.</summary>
    [AllowedValues("auto", "float32", "bfloat16", "int8", "int4", ErrorMessage = "Weights must be auto, float32, bfloat16, int8 or int4.")]
    public string Weights { get; set; } = "auto";

    /// <summary>Threads that compute, from 1. Default: one for each core.</summary>
    [Range(1, 1024)]
    public int? Threads { get; set; }
}
