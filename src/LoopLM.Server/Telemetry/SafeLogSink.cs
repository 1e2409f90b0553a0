using LoopLM.Server.Errors;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace LoopLM.Server.Telemetry;

/// <summary>
/// Passes log events on so that no text in them can steer a terminal, break a line or hide: what is not visible is escaped. Paths and query
/// strings, which may hold keys, are withheld, whoever logs them.
/// </summary>
/// <param name="next">Where the events go.</param>
internal sealed class SafeLogSink(ILogEventSink next) : ILogEventSink, IDisposable
{
    private const int MaxLength = 4096;

    /// <summary>Properties by which ASP.NET and gRPC log what a client calls, in messages and in scopes.</summary>
    private static readonly HashSet<string> s_withheld = ["Path", "RequestPath", "PathBase", "QueryString", "ServiceName", "MethodName"];

    /// <summary>The property in which Kestrel quotes what it cannot read of a request.</summary>
    private const string Quote = "message";

    private static readonly LogEventPropertyValue s_replacement = new ScalarValue("(withheld)");

    public void Emit(LogEvent logEvent)
    {
        var template = logEvent.MessageTemplate;
        var quotes = logEvent.Exception is BadHttpRequestException;
        next.Emit(LogEvent.UnstableAssembleFromParts(
            logEvent.Timestamp,
            logEvent.Level,
            logEvent.Exception is { } exception ? new SafeException(exception) : null,
            ClientText.IsVisible(template.Text) ? template : new MessageTemplateParser().Parse(Escape(template.Text)),
            logEvent.Properties.ToDictionary(
                property => property.Key,
                property => s_withheld.Contains(property.Key) || (quotes && property.Key == Quote)
                    ? s_replacement
                    : Escape(property.Value)),
            logEvent.TraceId ?? default,
            logEvent.SpanId ?? default));
    }

    public void Dispose() => (next as IDisposable)?.Dispose();

    private static LogEventPropertyValue Escape(LogEventPropertyValue value) => value switch
    {
        ScalarValue { Value: string text } => IsSafe(text) ? value : new ScalarValue(Escape(text)),
        ScalarValue { Value: IFormattable or bool or null } => value,
        ScalarValue { Value: { } other } => new ScalarValue(Escape($"{other}")),
        SequenceValue sequence => new SequenceValue(sequence.Elements.Select(Escape)),
        StructureValue structure => new StructureValue(
            structure.Properties.Select(each => new LogEventProperty(each.Name, Escape(each.Value))), structure.TypeTag),
        DictionaryValue dictionary => new DictionaryValue(dictionary.Elements.Select(each =>
            KeyValuePair.Create((ScalarValue)Escape(each.Key), Escape(each.Value)))),
        _ => value,
    };

    private static bool IsSafe(string text) => text.Length <= MaxLength && ClientText.IsVisible(text);

    private static string Escape(string text) => ClientText.Show(text, MaxLength);

    /// <summary>What is logged of an exception. That of a bad request quotes the request after a colon.</summary>
    private static string TextOf(Exception exception) =>
        exception is BadHttpRequestException ? $"{exception.GetType()}: {exception.Message.Split(':')[0]}" : $"{exception}";

    /// <summary>An exception whose lines are escaped one by one and indented, so that none looks like a message of its own.</summary>
    private sealed class SafeException(Exception exception) : Exception
    {
        private readonly string _text = string.Join(
            $"{Environment.NewLine}   ", TextOf(exception).Split('\n').Select(line => Escape(line.TrimEnd('\r').TrimStart(' '))));

        public override string Message => _text;

        public override string ToString() => _text;
    }
}
