using System.Diagnostics.CodeAnalysis;
using LoopLM.Server.Access;
using LoopLM.Server.Errors;
using LoopLM.Server.Models;

namespace LoopLM.Server.TextGeneration;

/// <summary>
/// Turns requests for text into generations of the engine of their model, checked from cheap to dear; every protocol goes through it.
/// </summary>
internal sealed class TextService(ServedModels models, RequestLimits limits, TextEncoder encoder, ITextGenerator generator)
{
    /// <summary>Starts all generations of a request, or none and says why not.</summary>
    /// <param name="request">The request.</param>
    /// <param name="caller">Whom it comes from.</param>
    /// <param name="cancellation">Ends the work before the start.</param>
    /// <exception cref="OperationCanceledException">The work before the start was cancelled.</exception>
    public async Task<Result<TextChoices>> StartAsync(TextRequest request, Caller caller, CancellationToken cancellation) =>
        TryFindModel(request, out var model, out var error) ? await StartAsync(model, request, caller, cancellation) : error;

    /// <summary>Starts all generations of a request for which <see cref="TryFindModel"/> has found the model.</summary>
    /// <inheritdoc cref="StartAsync(TextRequest, Caller, CancellationToken)"/>
    public async Task<Result<TextChoices>> StartAsync(ServedModel model, TextRequest request, Caller caller, CancellationToken cancellation)
    {
        var started = await StartAsync(model, [request], caller, cancellation);
        return started.TryGet(out var choices, out var error) ? choices[0] : error;
    }

    /// <summary>Starts all generations of several requests to one model, or none.</summary>
    /// <param name="requests">The requests, at least one; the first names the model.</param>
    /// <param name="caller">Whom they come from.</param>
    /// <param name="cancellation">Ends the work before the start.</param>
    /// <returns>The choices of each request.</returns>
    /// <exception cref="OperationCanceledException">The work before the start was cancelled.</exception>
    public async Task<Result<TextChoices[]>> StartAsync(IReadOnlyList<TextRequest> requests, Caller caller, CancellationToken cancellation)
    {
        ServedModel? model = null;
        foreach (var request in requests)
        {
            if (!TryFindModel(request, out model, out var error))
            {
                return error;
            }
        }

        return await StartAsync(model!, requests, caller, cancellation);
    }

    /// <summary>
    /// Finds the model of a request and makes the cheap checks: what they refuse is refused before any work on its texts.
    /// </summary>
    public bool TryFindModel(TextRequest request, [NotNullWhen(true)] out ServedModel? model, [NotNullWhen(false)] out RequestError? error)
    {
        if (models.TryFind(request.Model, out model, out error))
        {
            error = limits.Check(request, model.Settings.Engine);
        }

        return error is null;
    }

    private async Task<Result<TextChoices[]>> StartAsync(
        ServedModel model, IReadOnlyList<TextRequest> requests, Caller caller, CancellationToken cancellation)
    {
        var encoded = await encoder.EncodeAsync(model, requests, caller, cancellation);
        return encoded.TryGet(out var text, out var error) ? generator.Start(text, caller) : error;
    }
}
