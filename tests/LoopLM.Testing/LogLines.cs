using Microsoft.Extensions.Logging;

namespace LoopLM.Testing;

/// <summary>Keeps the lines that are logged.</summary>
public sealed class LogLines<T> : ILogger<T>
{
    /// <summary>The lines, without exceptions.</summary>
    public IList<string> Lines { get; } = [];

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => true;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add(formatter(state, exception));
}
