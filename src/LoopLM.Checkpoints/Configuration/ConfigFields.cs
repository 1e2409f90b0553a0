using System.Collections.Immutable;
using System.Text.Json;

namespace LoopLM.Checkpoints.Configuration;

/// <summary>Typed reads from a <c>config.json</c>. What is missing or out of range becomes a problem that names the field; unknown fields are ignored.</summary>
internal sealed class ConfigFields : IDisposable
{
    private const int MaxBytes = 1 << 20;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly JsonDocument _document;
    private readonly List<string> _problems;

    private ConfigFields(JsonDocument document, List<string> problems)
    {
        _document = document;
        _problems = problems;
    }

    /// <summary>Reads a file; null where it is no JSON object.</summary>
    public static ConfigFields? Read(string path, List<string> problems)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > MaxBytes)
            {
                problems.Add($"it has {stream.Length} bytes; at most {MaxBytes} are read");
                return null;
            }

            var document = JsonDocument.Parse(stream, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return new ConfigFields(document, problems);
            }

            problems.Add($"it holds a JSON {document.RootElement.ValueKind}; it must hold an object");
            document.Dispose();
        }
        catch (JsonException exception)
        {
            problems.Add($"it is not valid JSON: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(exception.Message);
        }

        return null;
    }

    public void Dispose() => _document.Dispose();

    public void Problem(string problem) => _problems.Add(problem);

    public string? Text(string name)
    {
        if (Find(name) is { ValueKind: JsonValueKind.String } value)
        {
            return value.GetString();
        }

        Problem(Find(name) is { } other ? $"{name} is {other.GetRawText()}; it must be a string" : $"{name} is missing");
        return null;
    }

    /// <summary>An integer in a range; the least of the range where there is a problem.</summary>
    public int Integer(string name, int least, int most)
    {
        if (Find(name) is not { } value)
        {
            Problem($"{name} is missing; it must be an integer from {least} to {most}");
        }
        else if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }
        else
        {
            Problem($"{name} is {value.GetRawText()}; it must be an integer from {least} to {most}");
        }

        return least;
    }

    public int IntegerOr(string name, int least, int most, int absent) => Find(name) is null ? absent : Integer(name, least, most);

    /// <summary>A number in a range; the default, or the least of the range, where there is a problem.</summary>
    public float Number(string name, float least, float most, float? absent = null)
    {
        if (Find(name) is not { } value)
        {
            if (absent is null)
            {
                Problem($"{name} is missing; it must be a number from {least} to {most}");
            }

            return absent ?? least;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && number >= least && number <= most)
        {
            return number;
        }

        Problem($"{name} is {value.GetRawText()}; it must be a number from {least} to {most}");
        return least;
    }

    /// <summary>Nothing, one token id, or a list of them.</summary>
    public ImmutableArray<int> Tokens(string name, int vocabularySize)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        var tokens = ImmutableArray.CreateBuilder<int>();
        foreach (var element in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
        {
            if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var token) && token >= 0 && token < vocabularySize)
            {
                tokens.Add(token);
            }
            else
            {
                Problem($"{name} is {value.GetRawText()}; it must hold token ids from 0 to {vocabularySize - 1}");
                break;
            }
        }

        return tokens.ToImmutable();
    }

    /// <summary>A field that may be absent but has only one value that the forward pass knows.</summary>
    /// <param name="name">The field.</param>
    /// <param name="expected">That value in JSON.</param>
    public void Only(string name, string expected)
    {
        if (Find(name) is { } value && value.GetRawText() != expected)
        {
            Problem($"{name} is {value.GetRawText()}; only {expected} is known");
        }
    }

    /// <summary>An optional list of one known value, of a known length.</summary>
    public void OnlyEach(string name, string expected, int length)
    {
        if (Find(name) is not { } value)
        {
            return;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != length || value.EnumerateArray().Any(element => element.GetRawText() != expected))
        {
            Problem($"{name} must be {expected}, {length} times");
        }
    }

    /// <summary>A field's value; null where it is absent or null.</summary>
    private JsonElement? Find(string name) =>
        _document.RootElement.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
