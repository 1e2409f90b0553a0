using System.Text.Json;

namespace LoopLM.Tools.Data.Sources;

/// <summary>
/// A file of JSON objects, one a line, with <c>question</c>, <c>answer</c> and, if there is one, the
/// passage <c>context</c>, which is asked about.
/// </summary>
internal sealed class QuestionSource(string path, int repeat, OverlapFilter filter) : ChatSource(repeat, filter)
{
    public override string Kind => "question";

    protected override IEnumerable<(string Key, string Question, string Answer)> Conversations()
    {
        foreach (var line in File.ReadLines(path).Where(line => line.Length > 0))
        {
            using var json = JsonDocument.Parse(line);
            var (question, answer) = (Text(json, "question") ?? throw Missing("question"), Text(json, "answer") ?? throw Missing("answer"));
            yield return (question, Text(json, "context") is { } passage ? $"{passage}\n{question}" : question, answer);
        }

        FormatException Missing(string name) => new($"{path}: a line has no text '{name}'.");
    }

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
