using LoopLM.Checkpoints.Files;

namespace LoopLM.Server.Models;

/// <summary>
/// Looks every few seconds whether the files of the served models are still those that were opened. Requesting their state costs
/// microseconds and also works on network mounts, of which the system tells no changes. Each finding is logged once.
/// </summary>
/// <remarks>
/// Weights are computed with where they are mapped: a change in place reaches the answers, so the model accepts nothing more. A file that
/// took the name of another reaches nothing, since the one that was opened lives on; nor does a change of a file that was read as a whole.
/// </remarks>
internal sealed partial class ModelFilesWatch(ServedModels models, TimeProvider time, ILogger<ModelFilesWatch> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(2);

    private readonly HashSet<(ServedModel Model, WatchedFile File, bool IsChange)> _told = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var model in models.All)
            {
                Look(model);
            }
        }
    }

    private void Look(ServedModel model)
    {
        foreach (var file in model.Checkpoint.Files.Select(file => file.Watched))
        {
            if (file.FindChange() is { } change)
            {
                if (_told.Add((model, file, IsChange: true)))
                {
                    WeightsChanged(model.Name, file.Path, change);
                    model.Engine.Fail($"{file.Path} was changed in place: {change}");
                }
            }
            else
            {
                Tell(model, file, file.FindReplacement());
            }
        }

        foreach (var file in model.ReadFiles)
        {
            Tell(model, file, file.FindChange() is { } change ? $"was changed in place: {change}" : file.FindReplacement());
        }
    }

    private void Tell(ServedModel model, WatchedFile file, string? happened)
    {
        if (happened is not null && _told.Add((model, file, IsChange: false)))
        {
            Differs(model.Name, file.Path, happened);
        }
    }

    [LoggerMessage(1, LogLevel.Critical,
        "Model {Model}: {File} was changed in place: {Change}. The model accepts nothing more. "
        + "Put the right files into a new folder, or rename them into this one, and restart the server")]
    private partial void WeightsChanged(string model, string file, string change);

    [LoggerMessage(2, LogLevel.Warning,
        "Model {Model}: {File} {Happened}. The server goes on with what it opened at start; restart it to serve what is there now")]
    private partial void Differs(string model, string file, string happened);
}
