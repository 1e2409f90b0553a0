using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Engine.Execution;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Telemetry;
using LoopLM.Models;
using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;
using LoopLM.Server.Hosting;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Models;

/// <summary>
/// The models that are served, each with an engine of its own. There are none before
/// <see cref="Open"/>; <see cref="EngineHost"/> starts the engines.
/// </summary>
internal sealed class ServedModels(
    IOptions<ModelListOptions> options, ModelRunners runners, EngineMetrics metrics, ExitPolicies policies, TimeProvider time,
    ILogger<InferenceEngine> logger, ILogger<ModelRunners> runnerLogger, ILogger<ServedModels> hostingLogger) : IAsyncDisposable
{
    private FrozenDictionary<string, ServedModel> _byName = FrozenDictionary<string, ServedModel>.Empty;

    /// <summary>Opens the files of every model, unless that is done.</summary>
    /// <exception cref="ModelProblemsException">Some cannot be opened; it lists the problems of all.</exception>
    public void Open()
    {
        if (All.Count > 0)
        {
            return;
        }

        var (opened, problems) = (new List<ServedModel>(), new List<string>());
        var memory = new List<(ServedModel Model, RunnerMemory Memory)>();
        foreach (var settings in options.Value.Models)
        {
            try
            {
                var model = ServedModel.Open(
                    settings, checkpoint => FactoryOf(settings, checkpoint), factory => Prepare(settings, factory));
                opened.Add(model);
                Report(model, hostingLogger);
                CheckEngine(settings, model.Checkpoint.Config);
                memory.Add((model, model.RunnerFactory.MemoryOf(CapacityOf(settings))));
            }
            catch (ModelProblemsException exception)
            {
                problems.AddRange(exception.Problems);
            }
            catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
            {
                problems.Add($"Model '{settings.Model.NameOrFolder}': {exception.Message.ReplaceLineEndings(" ")}");
            }
        }

        if (problems.Count == 0)
        {
            var host = HostMemory.Read();
            MemoryCheck.Log(memory, host, hostingLogger);
            problems.AddRange(MemoryCheck.Problems(memory, host));
        }

        if (problems.Count > 0)
        {
            // Nothing has been started.
            opened.ForEach(model => _ = model.DisposeAsync().AsTask());
            throw new ModelProblemsException(problems);
        }

        All = opened;
        _byName = opened
            .SelectMany(model => model.Settings.Model.Aliases.Append(model.Name).Select(name => (name, model)))
            .ToFrozenDictionary(named => named.name, named => named.model, StringComparer.Ordinal);

        IModelRunnerFactory FactoryOf(ModelSettings settings, Checkpoint checkpoint) =>
            runners.FactoryOf(settings.Model.Runner, checkpoint, settings.ToRunner(runnerLogger));

        InferenceEngine Prepare(ModelSettings settings, IModelRunnerFactory factory) => new(
            settings.Model.NameOrFolder,
            () => factory.Open(CapacityOf(settings)),
            settings.Engine,
            metrics.ForModel(settings.Model.NameOrFolder),
            policies,
            time,
            logger);
    }

    /// <summary>All of them, the default first.</summary>
    public IReadOnlyList<ServedModel> All { get; private set; } = [];

    /// <summary>The one that answers requests that name none.</summary>
    public ServedModel Default => All[0];

    /// <summary>Why models could not be loaded by their runners, one line each; empty while none has failed.</summary>
    public IReadOnlyList<string> LoadProblems =>
    [
        .. from model in All
           let fault = model.Engine.Opened.Exception?.GetBaseException()
           where fault is not null
           select $"Model '{model.Name}': {fault.Message.ReplaceLineEndings(" ")}",
    ];

    /// <summary>Finds a model by its name or an alias; null or empty finds the default.</summary>
    public bool TryFind(string? name, [NotNullWhen(true)] out ServedModel? model, [NotNullWhen(false)] out RequestError? error)
    {
        model = string.IsNullOrEmpty(name) ? Default : _byName.GetValueOrDefault(name);
        error = model is not null ? null
            : new RequestError(
                RequestErrorKind.UnknownModel, "model",
                $"The model `{ClientText.Show(name!, ModelOptions.MaxNameLength)}` does not exist. {Listed()}");
        return model is not null;
    }

    private static RunnerCapacity CapacityOf(ModelSettings settings) => new(settings.Engine.MaxRows, settings.Engine.KvSlots);

    /// <summary>Tells before any weight is read what would keep the engine from opening.</summary>
    private static void CheckEngine(ModelSettings settings, ModelConfig config)
    {
        var (name, engine) = (settings.Model.NameOrFolder, settings.Engine);
        if (engine.MaxLoops < config.Loops)
        {
            throw Wrong(nameof(engine.MaxLoops), engine.MaxLoops, "the model's loops");
        }

        if (engine.KvSlots < config.Loops)
        {
            throw Wrong(nameof(engine.KvSlots), engine.KvSlots, "the slots of one token");
        }

        ModelProblemsException Wrong(string setting, int value, string what) =>
            new([$"Model '{name}': {settings.EngineSection}:{setting} is {value}; it must be at least {config.Loops}, {what}."]);
    }

    private static void Report(ServedModel model, ILogger logger)
    {
        const int MaxNamed = 3;
        KvSlotsWarning.Log(logger, model.Settings, model.Checkpoint.Config);
        ModelLog.Defaults(logger, model.Name, model.SamplingDefaults.ToString(), string.Join(", ", model.EndOfTextTokens));
        if (model.Checkpoint.SkippedTensors is { Count: > 0 } skipped)
        {
            var names = string.Join(", ", skipped.Take(MaxNamed)) + (skipped.Count > MaxNamed ? ", ..." : "");
            ModelLog.SkippedTensors(logger, model.Name, skipped.Count, names);
        }
    }

    private string Listed()
    {
        const int most = 20;
        var more = All.Count > most ? $", and {All.Count - most} more, which GET /v1/models lists" : "";
        return $"Served: {string.Join(", ", All.Take(most).Select(model => $"`{ClientText.Show(model.Name)}`"))}{more}.";
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var model in All)
        {
            await model.DisposeAsync();
        }
    }
}
