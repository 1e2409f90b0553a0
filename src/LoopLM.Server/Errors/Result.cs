using System.Diagnostics.CodeAnalysis;

namespace LoopLM.Server.Errors;

/// <summary>What a step towards an answer gave, or why it gave nothing.</summary>
/// <typeparam name="T">What it gives.</typeparam>
internal readonly struct Result<T>
{
    private readonly T? _value;
    private readonly RequestError? _error;

    private Result(T? value, RequestError? error) => (_value, _error) = (value, error);

    /// <summary>Tells which of the two there is.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out RequestError? error)
    {
        (value, error) = (_value, _error);
        return error is null;
    }

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(RequestError error) => new(default, error);
}
