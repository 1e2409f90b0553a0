using System.Text.Json;

namespace LoopLM.Testing;

/// <summary>The bundled model with another chat template, in a folder that is gone after the test.</summary>
public sealed class TemplatedModel : IDisposable
{
    /// <summary>Writes the last message alone, and lets the model think and call tools.</summary>
    public const string Talkative = "{# </think> <tool_call> #}{% set t = tools %}{% set e = enable_thinking %}{{ messages[-1].content }}";

    /// <summary>The id of a special token that the bundled model never writes.</summary>
    public const int Mark = 259;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("looplm-chat-");

    /// <summary>Makes the folder.</summary>
    /// <param name="template">The template.</param>
    /// <param name="mark">The special token whose id is <see cref="Mark"/>; null for that of the bundled model.</param>
    public TemplatedModel(string template, string? mark = null)
    {
        foreach (var file in (string[])["config.json", "tokenizer.json", "model.safetensors"])
        {
            File.CreateSymbolicLink(Path.Combine(_folder.FullName, file), Path.Combine(TestData.Root, "models", "looplm-bytes", file));
        }

        if (mark is not null)
        {
            var tokenizer = new FileInfo(Path.Combine(_folder.FullName, "tokenizer.json"));
            var text = File.ReadAllText(tokenizer.FullName).Replace("<|pad|>", mark, StringComparison.Ordinal);
            tokenizer.Delete();
            File.WriteAllText(tokenizer.FullName, text);
        }

        File.WriteAllText(
            Path.Combine(_folder.FullName, "tokenizer_config.json"), JsonSerializer.Serialize(new { chat_template = template }));
    }

    /// <summary>The setting that serves it.</summary>
    public string Setting => $"--Model:Path={_folder.FullName}";

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
