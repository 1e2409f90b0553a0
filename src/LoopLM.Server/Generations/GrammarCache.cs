using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using LoopLM.Server.Configuration;
using LoopLM.Text.Constraints;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Generations;

/// <summary>The grammars of the formats that were used last, up to a total of memory. Safe from any thread.</summary>
internal sealed class GrammarCache(IOptions<LimitOptions> limits) : IDisposable
{
    private readonly MemoryCache _grammars = new(new MemoryCacheOptions { SizeLimit = limits.Value.MaxGrammarCacheBytes, TrackStatistics = true });

    /// <summary>Grammars that are held, and how often one was found.</summary>
    public MemoryCacheStatistics Statistics => _grammars.GetCurrentStatistics()!;

    /// <summary>Finds the grammar of a format.</summary>
    /// <param name="format">The format.</param>
    /// <param name="tokens">The tokens that the grammar is made for.</param>
    /// <param name="key">Its key for <see cref="Add"/>.</param>
    /// <param name="grammar">The grammar; null where there is none.</param>
    public bool TryGet(OutputFormat format, TokenTrie tokens, out object key, [NotNullWhen(true)] out TextGrammar? grammar)
    {
        key = (tokens, Hash(format));
        return _grammars.TryGetValue(key, out grammar) && grammar is not null;
    }

    /// <summary>Keeps a grammar, as far as there is room: where there is none, those that were not used for longest go, for the next to come.</summary>
    public void Add(object key, TextGrammar? grammar)
    {
        if (grammar is not null)
        {
            _grammars.Set(key, grammar, new MemoryCacheEntryOptions { Size = grammar.Size });
        }
    }

    public void Dispose() => _grammars.Dispose();

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
