using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LoopLM.Server.Errors;
using LoopLM.Server.Models;

namespace LoopLM.Server.Loop.Live;

/// <summary>Which engine is watched, and how often.</summary>
/// <param name="Model">The model.</param>
/// <param name="Interval">The time between two events.</param>
internal sealed record LiveRequest(ServedModel Model, TimeSpan Interval)
{
    private const string IntervalName = "interval_ms";
    private const int MinInterval = 100;
    private const int MaxInterval = 60_000;
    private const int DefaultInterval = 250;

    /// <summary>Reads the query <c>model</c> and <c>interval_ms</c>.</summary>
    public static bool TryRead(
        IQueryCollection query,
        ServedModels models,
        [NotNullWhen(true)] out LiveRequest? request,
        [NotNullWhen(false)] out RequestError? error)
    {
        request = null;
        if (!models.TryFind(query["model"], out var model, out error))
        {
            return false;
        }

        var text = query.TryGetValue(IntervalName, out var values) ? values.ToString() : $"{DefaultInterval}";
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var interval)
            || interval is < MinInterval or > MaxInterval)
        {
            error = new RequestError(RequestErrorKind.InvalidValue, IntervalName,
                $"'{IntervalName}' is '{ClientText.Show(text)}'; it must be whole milliseconds from {MinInterval} to {MaxInterval}.");
            return false;
        }

        request = new LiveRequest(model, TimeSpan.FromMilliseconds(interval));
        return true;
    }
}
