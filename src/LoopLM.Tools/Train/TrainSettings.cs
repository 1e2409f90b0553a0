using System.Text.Json;
using LoopLM.Checkpoints.Files;
using LoopLM.Training;

namespace LoopLM.Tools.Train;

/// <summary>What decides the result of a run: a run goes on only with equal settings.</summary>
internal sealed record TrainSettings
{
    private static readonly JsonSerializerOptions s_format =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Folder of the token files.</summary>
    public required string Data { get; init; }

    /// <summary>Checkpoint whose weights the run starts with; null for random ones.</summary>
    public required string? From { get; init; }

    /// <summary>The model's shape as config.json has it.</summary>
    public required ModelShape Shape { get; init; }

    /// <summary>How it learns.</summary>
    public required TrainerOptions Training { get; init; }

    /// <summary>Writes the settings of a new run, or checks them against those of the run that goes on.</summary>
    /// <param name="path">File of the settings.</param>
    /// <param name="goesOn">Whether there is a state to go on from.</param>
    /// <exception cref="FormatException">They differ.</exception>
    public void WriteOrCheck(string path, bool goesOn)
    {
        // Workers share out the work and do not change the result.
        var text = JsonSerializer.Serialize(this with { Training = Training with { Workers = 1 } }, s_format);
        if (goesOn && File.Exists(path))
        {
            var different = File.ReadAllLines(path).Zip(text.Split('\n')).Where(pair => pair.First.Trim() != pair.Second.Trim())
                .Select(pair => $"{pair.First.Trim().TrimEnd(',')} there, {pair.Second.Trim().TrimEnd(',')} now").ToList();
            if (different.Count > 0)
            {
                throw new FormatException(
                    $"{path} belongs to another run: {string.Join("; ", different)}. Choose another --out, or delete that folder.");
            }
        }

        AtomicFile.Write(path, text);
    }
}
