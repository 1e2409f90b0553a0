using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using LoopLM.Protocol.V1;
using LoopLM.Server.Errors;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Grpc;

/// <summary>The fields of a <see cref="GenerateRequest"/>, found by their names.</summary>
internal sealed class GrpcFields(GenerateRequest request) : ISettingSource
{
    private const string SkipSpecialTokens = "skip_special_tokens";

    /// <summary>How the protocol calls what REST calls otherwise.</summary>
    public static FieldNames Names { get; } = new(
        ("include_stop_str_in_output", "include_stop"),
        ("return_loop_logprobs", "loop_logprobs"),
        ("return_skipped_loop_logprobs", "skipped_loop_logprobs"),
        (SkipSpecialTokens, "keep_special_tokens"));

    /// <summary>The first problem; null while there is none.</summary>
    public RequestError? Error { get; private set; }

    public string? Text(string name) => Find(name) switch
    {
        ({ HasPresence: false }, "") => null,
        (_, string text) => text,
        ({ } field, Enum value) => NameOf(field, Convert.ToInt32(value)),
        _ => null,
    };

    public string[]? TextOrTexts(string name) => Texts(name);

    public string[]? Texts(string name) => Find(name).Value is RepeatedField<string> { Count: > 0 } texts ? [.. texts] : null;

    public int? Integer(string name) => (int?)Find(name).Value;

    public long? LongInteger(string name) => (long?)Find(name).Value;

    public int[]? Integers(string name) => Find(name).Value is RepeatedField<int> { Count: > 0 } numbers ? [.. numbers] : null;

    public float? Number(string name) => (float?)Find(name).Value;

    public Dictionary<int, float>? NumbersByToken(string name) =>
        Find(name).Value is MapField<int, float> { Count: > 0 } numbers ? numbers.ToDictionary() : null;

    /// <summary>Special tokens are kept or skipped: the protocol asks the other way round.</summary>
    public bool? Flag(string name) => (bool?)Find(name).Value is { } flag ? flag != (name == SkipSpecialTokens) : null;

    public void Report(RequestError error) => Error ??= error;

    /// <summary>
    /// The name of an enumeration's value in REST's style, its number where it has none, null for the one that says nothing.
    /// </summary>
    private static string? NameOf(FieldDescriptor field, int value)
    {
        const string nothing = "UNSPECIFIED";
        var prefix = field.EnumType.FindValueByNumber(0).Name.Length - nothing.Length;
        return value == 0 ? null
            : field.EnumType.FindValueByNumber(value)?.Name[prefix..].ToLowerInvariant().Replace('_', '-') ?? $"{value}";
    }

    private (FieldDescriptor? Field, object? Value) Find(string name) =>
        GenerateRequest.Descriptor.FindFieldByName(Names.Of(name)) is { } field && (!field.HasPresence || field.Accessor.HasValue(request))
            ? (field, field.Accessor.GetValue(request))
            : default;
}
