using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LoopLM.Checkpoints.Json;

namespace LoopLM.Text.Templates;

/// <summary>What a checkpoint's folder says about chats.</summary>
internal sealed class ChatTemplateFiles
{
    /// <summary>The template that serves where no other is requested.</summary>
    public const string Default = "default";

    /// <summary>The template for requests with tools.</summary>
    public const string ToolUse = "tool_use";

    /// <summary>Bytes that a file may have.</summary>
    private const int MaxBytes = 4 << 20;

    private const int MaxDepth = 64;

    /// <summary>Files that <see cref="FolderName"/> may hold.</summary>
    private const int MaxFiles = 100;

    private const string ConfigName = "tokenizer_config.json";
    private const string TemplateName = "chat_template.jinja";
    private const string JsonName = "chat_template.json";
    private const string FolderName = "additional_chat_templates";

    private static readonly string[] s_specialTokens =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>The file or folder that lists templates by name; null where none does.</summary>
    private string? _listed;

    /// <summary>The templates by name; empty, or one of them is <see cref="Default"/>.</summary>
    public Dictionary<string, TemplateSource> Templates { get; } = [];

    /// <summary>The names of special tokens, such as <c>bos_token</c>, and the tokens.</summary>
    public Dictionary<string, string> SpecialTokens { get; } = [];

    /// <summary>The token that ends a text; null where the checkpoint names none.</summary>
    public string? EndOfText => SpecialTokens.GetValueOrDefault("eos_token");

    /// <summary>Reads what there is; every file may be absent.</summary>
    /// <exception cref="ChatTemplateException">A file is malformed, or there are templates but no default.</exception>
    public static ChatTemplateFiles Read(string folder)
    {
        var files = new ChatTemplateFiles();
        if (ReadText(Path.Combine(folder, ConfigName), ConfigName) is { } config)
        {
            ParseObject(ConfigName, config, files.ReadConfig);
        }

        // A file of its own takes the place of all that the configuration holds, as in transformers.
        if (ReadText(Path.Combine(folder, TemplateName), TemplateName) is { } template)
        {
            files.Templates.Clear();
            files.Templates[Default] = new(TemplateName, template);
        }

        // Processors of models for more than text wrote it, before there was the file of its own.
        if (files.Templates.Count == 0 && files._listed is null && ReadText(Path.Combine(folder, JsonName), JsonName) is { } json)
        {
            ParseObject(JsonName, json, root => files.ReadTemplates(root, JsonName));
        }

        files.ReadFolder(Path.Combine(folder, FolderName));
        files.CheckDefault();
        return files;
    }

    private void ReadFolder(string folder)
    {
        var paths = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.jinja").Take(MaxFiles + 1).Order(StringComparer.Ordinal).ToArray()
            : [];
        if (paths.Length > MaxFiles)
        {
            throw new ChatTemplateException($"{FolderName} holds more than {MaxFiles} templates; remove those that are not needed.");
        }

        foreach (var path in paths)
        {
            var name = $"{FolderName}/{Path.GetFileName(path)}";
            Templates[Path.GetFileNameWithoutExtension(path)] = new(name, ReadText(path, name)!);
        }

        _listed = paths.Length > 0 ? FolderName : _listed;
    }

    private static string? ReadText(string path, string name)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return null;
        }

        if (file.Length > MaxBytes)
        {
            throw new ChatTemplateException(
                $"{name} has {file.Length} bytes; at most {MaxBytes} are read. Check that it is the right file.");
        }

        var bytes = File.ReadAllBytes(path).AsSpan();
        bytes = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        var chars = new char[bytes.Length];
        if (Utf8.ToUtf16(bytes, chars, out var read, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            throw new ChatTemplateException(
                $"{name} is not UTF-8 from byte {file.Length - bytes.Length + read} on (0x{bytes[read]:x2}). Save the file as UTF-8, "
                    + "or download it again.");
        }

        var text = new string(chars, 0, written);
        return text.StartsWith("version https://git-lfs.github.com/spec/", StringComparison.Ordinal)
            ? throw new ChatTemplateException(
                $"{name} is a Git LFS pointer, not the file itself. Run 'git lfs pull' in the checkpoint's folder.")
            : text;
    }

    private void ReadConfig(JsonElement config)
    {
        ReadTemplates(config, ConfigName);
        foreach (var name in s_specialTokens)
        {
            // A token is a string, or an object that says more about it.
            if (config.TryGetProperty(name, out var token) && token.ValueKind != JsonValueKind.Null)
            {
                SpecialTokens[name] = token.ValueKind == JsonValueKind.Object
                    ? Text(token, "content", ConfigName)
                    : Text(config, name, ConfigName);
            }
        }
    }

    private static void ParseObject(string file, string json, Action<JsonElement> read)
    {
        if (JsonSyntax.FindProblem(Encoding.UTF8.GetBytes(json), MaxDepth) is { } problem)
        {
            throw new ChatTemplateException($"{file} is not valid JSON: {problem}. Download it again.");
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new ChatTemplateException($"{file} is a JSON {document.RootElement.ValueKind}; it must be an object.");
            }

            read(document.RootElement);
        }
        catch (InvalidOperationException)
        {
            throw new ChatTemplateException($"{file} has a text with an escaped lone surrogate; it must be well-formed Unicode.");
        }
    }

    private void ReadTemplates(JsonElement config, string file)
    {
        if (!config.TryGetProperty("chat_template", out var template) || template.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        switch (template.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var named in template.EnumerateArray())
                {
                    Add(Text(named, "name", file), Text(named, "template", file));
                }

                break;
            case JsonValueKind.Object:
                foreach (var named in template.EnumerateObject())
                {
                    Add(named.Name, Text(template, named.Name, file));
                }

                break;
            default:
                Templates[Default] = new($"{file}, chat_template", Text(config, "chat_template", file));
                return;
        }

        _listed = file;

        void Add(string name, string text) => Templates[name] = new($"{file}, chat_template '{name}'", text);
    }

    private void CheckDefault()
    {
        if (_listed is not null && !Templates.ContainsKey(Default))
        {
            var found = Templates.Count == 0
                ? "no chat template"
                : $"the chat templates {string.Join(", ", Templates.Keys.Select(name => $"'{name}'"))}";
            throw new ChatTemplateException($"{_listed} holds {found}; one must be named '{Default}'. Rename it, or add {TemplateName}.");
        }
    }

    private static string Text(JsonElement parent, string name, string file) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new ChatTemplateException($"In {file}, '{name}' must be a string");
}
