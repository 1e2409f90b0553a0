using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Configuration;

/// <summary>
/// A checkpoint that is served and what computes it: section <c>Model</c>, or an entry of the list <c>Models</c>,
/// whose entries take what they leave open from <c>Model</c>.
/// </summary>
public sealed class ModelOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Model";

    /// <summary>Name of the list.</summary>
    public const string ListSection = "Models";

    /// <summary>UTF-16 units of a name or an alias, at most.</summary>
    public const int MaxNameLength = 256;

    /// <summary>Folder of the checkpoint, relative to the working directory. Default: the bundled models.</summary>
    public string? Path { get; set; }

    /// <summary>The name that requests use for it. Default: the folder's name.</summary>
    [StringLength(MaxNameLength, MinimumLength = 1)]
    public string? Name { get; set; }

    /// <summary>Further names that requests may use for it.</summary>
    public IList<string> Aliases { get; init; } = [];

    /// <summary>Its name, which without <see cref="Name"/> is that of its folder. For a model with a path.</summary>
    internal string NameOrFolder =>
        Name ?? System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path!)));

    /// <summary>What computes it: <c>cpu</c> or <c>torch</c>. Default: the first of the runners that the server was built with.</summary>
    public string? Runner { get; set; }

    /// <summary>Where the Torch runner computes: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    [RegularExpression("cpu|cuda(:[0-9]{1,3})?", ErrorMessage = "Device must be cpu, cuda or cuda:N.")]
    public string Device { get; set; } = "cpu";

    /// <summary>Type of the weights while computing: <c>auto</c> lets the runner choose for its device.</summary>
    [AllowedValues("auto", "float32", "bfloat16", "int8", "int4", ErrorMessage = "Weights must be auto, float32, bfloat16, int8 or int4.")]
    public string Weights { get; set; } = "auto";

    /// <summary>
    /// Variables of its chat template where a request does not set them, such as
    /// <c>enable_thinking</c>. true, false and whole numbers are no texts.
    /// </summary>
    public IDictionary<string, string> ChatTemplateKwargs { get; init; } = new Dictionary<string, string>();

    /// <summary>Most tokens of a prompt with its answer, from 2 to what the checkpoint allows. Default: what it allows.</summary>
    [Range(2, 1 << 24)]
    public int? ContextLength { get; set; }

    /// <summary>Threads that compute, from 1. Default: one for each core.</summary>
    [Range(1, 1024)]
    public int? Threads { get; set; }

    /// <summary>
    /// Whether the checkpoint's <c>generation_config.json</c> is read, for end tokens and defaults of sampling:
    /// <c>auto</c> where there is one, or <c>none</c>.
    /// </summary>
    [AllowedValues("auto", "none", ErrorMessage = "GenerationConfig must be auto or none.")]
    public string GenerationConfig { get; set; } = "auto";

    /// <summary>How tokens are chosen where a request does not say.</summary>
    [ValidateObjectMembers]
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>
    /// How the model writes calls of tools, by vLLM's names: <c>auto</c> finds the format by marks in
    /// its chat template, <c>none</c> refuses tools.
    /// </summary>
    [AllowedValues(
        "auto", "hermes", "llama3_json", "mistral", "granite", "qwen3_coder", "pythonic", "none",
        ErrorMessage = "ToolCallFormat must be auto, hermes, llama3_json, mistral, granite, qwen3_coder, pythonic or none.")]
    public string ToolCallFormat { get; set; } = "auto";
}
