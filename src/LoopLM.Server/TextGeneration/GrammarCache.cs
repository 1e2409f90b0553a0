using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using LoopLM.Engine.Requests;
using LoopLM.Server.Configuration;
using LoopLM.Server.Errors;
using LoopLM.Server.Models;
using LoopLM.Server.Work;
using LoopLM.StructuredOutput;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.TextGeneration;

/// <summary>
/// What compiling the formats that were used last gave, grammars and problems, up to a total of memory. A form is compiled once for all requests
/// that wait for it, on threads for that. Safe from any thread.
/// </summary>
internal sealed partial class GrammarCache(IOptions<LimitOptions> limits, RequestWork work, ILogger<GrammarCache> logger) : IDisposable
{
    // A form that took too long once is not tried again at once.
    private static readonly TimeSpan s_passing = TimeSpan.FromSeconds(30);

    private readonly MemoryCache _compiled = new(new MemoryCacheOptions { SizeLimit = limits.Value.MaxGrammarCacheBytes, TrackStatistics = true });
    private readonly Dictionary<(ServedModel Model, string Hash), FormCompilation> _underWay = [];

    /// <summary>What is held, and how often something was found.</summary>
    public MemoryCacheStatistics Statistics => _compiled.GetCurrentStatistics()!;

    /// <summary>Finds what compiling a format gave, or compiles it.</summary>
    /// <param name="model">The model that generates.</param>
    /// <param name="format">The format.</param>
    /// <param name="compile">Compiles it; called on a thread for that.</param>
    /// <param name="client">Who asks first, and so waits for a thread.</param>
    /// <param name="cancellation">Ends the wait, and the work where nobody else waits for it.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async ValueTask<Result<CompiledForm>> GetAsync(
        ServedModel model,
        OutputFormat format,
        Func<OutputFormat, CancellationToken, CompiledForm> compile,
        RequestClient client,
        CancellationToken cancellation)
    {
        var key = (model, Hash(format));
        if (_compiled.TryGetValue(key, out CompiledForm? known))
        {
            return known!;
        }

        var compilation = Join(key, format, compile, client);
        try
        {
            return await compilation.Result.WaitAsync(cancellation);
        }
        finally
        {
            Leave(key, compilation);
        }
    }

    public void Dispose() => _compiled.Dispose();

    private FormCompilation Join(
        (ServedModel, string) key, OutputFormat format, Func<OutputFormat, CancellationToken, CompiledForm> compile, RequestClient client)
    {
        // The work may outlive the request that came first, and so its body.
        var own = format with { Form = format.Form.Detach() };
        lock (_underWay)
        {
            if (!_underWay.TryGetValue(key, out var compilation))
            {
                compilation = new FormCompilation(new CancellationTokenSource());
                _underWay.Add(key, compilation);
                compilation.Result = CompileAsync(key, own, compile, compilation, client);
            }

            compilation.Waiting++;
            return compilation;
        }
    }

    private void Leave((ServedModel, string) key, FormCompilation compilation)
    {
        lock (_underWay)
        {
            if (--compilation.Waiting > 0)
            {
                return;
            }

            if (_underWay.TryGetValue(key, out var current) && current == compilation)
            {
                _underWay.Remove(key);
            }
        }

        compilation.Cancel();
    }

    private async Task<Result<CompiledForm>> CompileAsync(
        (ServedModel, string) key,
        OutputFormat format,
        Func<OutputFormat, CancellationToken, CompiledForm> compile,
        FormCompilation compilation,
        RequestClient client)
    {
        var result = await work.Forms.RunAsync(client, () => CompileAndTell(format, compile, compilation), compilation.Cancellation);
        if (result.TryGet(out var compiled, out _))
        {
            // As far as there is room: where there is none, those that were not used for longest go, for the next to come.
            _compiled.Set(key, compiled, new MemoryCacheEntryOptions
            {
                Size = compiled.Size,
                AbsoluteExpirationRelativeToNow = compiled.IsFinal ? null : s_passing,
            });
        }

        return result;
    }

    /// <summary>Requests that wait are told of a bug; one that nobody waits for any more is logged here.</summary>
    private CompiledForm CompileAndTell(
        OutputFormat format, Func<OutputFormat, CancellationToken, CompiledForm> compile, FormCompilation compilation)
    {
        try
        {
            return compile(format, compilation.Cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException && compilation.Cancellation.IsCancellationRequested)
        {
            CompilationFailed(exception.GetType(), exception.StackTrace);
            throw;
        }
    }

    // The message of the exception may quote the form.
    [LoggerMessage(1, LogLevel.Error, "A form that nobody waits for any more could not be compiled: {Exception} {StackTrace}")]
    private partial void CompilationFailed(Type exception, string? stackTrace);

    /// <summary>Different for any two formats that differ in more than their field.</summary>
    private static string Hash(OutputFormat format)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue(format.Form.GetType().Name);
            json.WriteStringValue(format.Thought?.Start);
            json.WriteStringValue(format.Thought?.End);
            Write(json, format.Form);
            json.WriteEndArray();
        }

        return Convert.ToHexString(SHA256.HashData(buffer.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter json, TextForm form)
    {
        switch (form)
        {
            case TextForm.JsonObject:
                break;
            case TextForm.Json(var schema):
                WriteSchema(json, schema);
                break;
            case TextForm.Choice(var texts):
                texts.ToList().ForEach(json.WriteStringValue);
                break;
            case TextForm.Pattern(var expression):
                json.WriteStringValue(expression);
                break;
            case TextForm.Calls(var functions, var syntax, var maxCalls):
                json.WriteStringValue($"{syntax}");
                json.WriteNumberValue(maxCalls);
                foreach (var function in functions)
                {
                    json.WriteStringValue(function.Name);
                    WriteSchema(json, function.Parameters);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(form), form, null);
        }
    }

    private static void WriteSchema(Utf8JsonWriter json, JsonElement? schema)
    {
        if (schema is { } given)
        {
            json.WriteRawValue(JsonMarshal.GetRawUtf8Value(given), skipInputValidation: true);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
