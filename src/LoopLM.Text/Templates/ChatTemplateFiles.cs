using System.Text.Json;

namespace LoopLM.Text.Templates;

/// <summary>What a checkpoint's folder says about chats.</summary>
internal sealed class ChatTemplateFiles
{
    /// <summary>Bytes that a file may have.</summary>
    private const int MaxBytes = 4 << 20;

    private const string ConfigName = "tokenizer_config.json";

    private static readonly string[] s_specialTokens = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>The templates by name, of which "default" serves where no other is asked for; may be empty.</summary>
    public Dictionary<string, string> Templates { get; } = [];

    /// <summary>The names of special tokens, such as <c>bos_token</c>, and the tokens.</summary>
    public Dictionary<string, string> SpecialTokens { get; } = [];

    /// <summary>The token that ends a text; null where the checkpoint names none.</summary>
    public string? EndOfText => SpecialTokens.GetValueOrDefault("eos_token");

    /// <summary>Reads what there is; both files may be absent.</summary>
    public static ChatTemplateFiles Read(string folder)
    {
        var files = new ChatTemplateFiles();
        if (ReadText(Path.Combine(folder, ConfigName)) is { } config)
        {
            files.ReadConfig(config);
        }

        if (ReadText(Path.Combine(folder, "chat_template.jinja")) is { } template)
        {
            files.Templates["default"] = template;
        }

        return files;
    }

    private static string? ReadText(string path)
    {
        var file = new FileInfo(path);
        return !file.Exists ? null
            : file.Length <= MaxBytes ? File.ReadAllText(path)
            : throw new ChatTemplateException($"{file.Name} has {file.Length} bytes; at most {MaxBytes} are read");
    }

    private void ReadConfig(string config)
    {
        try
        {
            using var document = JsonDocument.Parse(config);
            ReadTemplates(document.RootElement);
            foreach (var name in s_specialTokens)
            {
                // A token is a string, or an object that says more about it.
                if (document.RootElement.TryGetProperty(name, out var token) && token.ValueKind != JsonValueKind.Null)
                {
                    SpecialTokens[name] = token.ValueKind == JsonValueKind.Object ? Text(token, "content") : Text(document.RootElement, name);
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ChatTemplateException($"{ConfigName} is not a JSON object: {exception.Message}");
        }
    }

    private void ReadTemplates(JsonElement config)
    {
        if (!config.TryGetProperty("chat_template", out var template) || template.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        if (template.ValueKind != JsonValueKind.Array)
        {
            Templates["default"] = Text(config, "chat_template");
            return;
        }

        foreach (var named in template.EnumerateArray())
        {
            Templates[Text(named, "name")] = Text(named, "template");
        }
    }

    private static string Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new ChatTemplateException($"In {ConfigName}, '{name}' must be a string");
}
