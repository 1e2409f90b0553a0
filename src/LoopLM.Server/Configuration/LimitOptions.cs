using System.ComponentModel.DataAnnotations;

namespace LoopLM.Server.Configuration;

/// <summary>Section <c>Limits</c>: what a client may ask of the server, and how long the server waits to stop.</summary>
public sealed class LimitOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Limits";

    /// <summary>Bytes of a request's body or message, 1 KiB to 64 MiB. Larger ones are refused before they are read.</summary>
    [Range(1 << 10, 64 << 20)]
    public int MaxBodyBytes { get; set; } = 2 << 20;

    /// <summary>Stop strings of one request, 0 to 1024.</summary>
    [Range(0, 1024)]
    public int MaxStopStrings { get; set; } = 16;

    /// <summary>UTF-16 units of one stop string, 1 to 65536. As much text may be withheld until it is decided.</summary>
    [Range(1, 65536)]
    public int MaxStopLength { get; set; } = 256;

    /// <summary>Stop tokens of one request, 0 to 4096.</summary>
    [Range(0, 4096)]
    public int MaxStopTokens { get; set; } = 128;

    /// <summary>Prompts of one request, 1 to 65536.</summary>
    [Range(1, 65536)]
    public int MaxPrompts { get; set; } = 128;

    /// <summary>Choices for each prompt (<c>n</c>), 1 to 1024.</summary>
    [Range(1, 1024)]
    public int MaxChoices { get; set; } = 128;

    /// <summary>Choices of one request for all its prompts, 1 to 1048576. They must also fit the queue.</summary>
    [Range(1, 1 << 20)]
    public int MaxTotalChoices { get; set; } = 128;

    /// <summary>Most probable tokens that are reported of one position, 0 to 1024.</summary>
    [Range(0, 1024)]
    public int MaxLogprobs { get; set; } = 20;

    /// <summary>
    /// Log-probabilities of prompt tokens in one answer, over all its choices, 0 to 2^30; as many of generated tokens where those of the
    /// whole vocabulary are requested. Each is some 20 bytes of the answer.
    /// </summary>
    [Range(0, 1 << 30)]
    public int MaxPromptLogprobs { get; set; } = 1 << 20;

    /// <summary>Most probable tokens that are reported of every loop, 0 to 1024. Requesting any runs the head after every loop.</summary>
    [Range(0, 1024)]
    public int MaxLoopLogprobs { get; set; } = 5;

    /// <summary>Entries of <c>logit_bias</c>, 0 to 65536.</summary>
    [Range(0, 65536)]
    public int MaxLogitBias { get; set; } = 1024;

    /// <summary>Bad words of one request, 0 to 4096.</summary>
    [Range(0, 4096)]
    public int MaxBadWords { get; set; } = 128;

    /// <summary>UTF-16 units of one bad word, 1 to 65536.</summary>
    [Range(1, 65536)]
    public int MaxBadWordLength { get; set; } = 256;

    /// <summary>
    /// Tokens of a chat's answer where the request does not say, 1 to 1048576; fewer where the context
    /// has less left. Default: all that it has left.
    /// </summary>
    [Range(1, 1 << 20)]
    public int? DefaultChatTokens { get; set; }

    /// <summary>How long a chat template may take to write a prompt, 10 ms to 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan TemplateTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of a JSON schema, 16 to 2^24. The schemas of several functions count each by itself.</summary>
    [Range(16, 1 << 24)]
    public int MaxSchemaBytes { get; set; } = 128 << 10;

    /// <summary>Arrays and objects within each other in a JSON schema, and around any value that it admits, 1 to 32.</summary>
    [Range(1, 32)]
    public int MaxSchemaDepth { get; set; } = 32;

    /// <summary>Subschemas of a JSON schema that are used, 1 to 65536.</summary>
    [Range(1, 65536)]
    public int MaxSubschemas { get; set; } = 4096;

    /// <summary>Values of all <c>enum</c>s of a JSON schema, 1 to 65536.</summary>
    [Range(1, 65536)]
    public int MaxEnumValues { get; set; } = 2048;

    /// <summary>
    /// How long the server may work on a JSON schema before generation starts, 1 ms to 1 minute; the wait for a thread does not count.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan SchemaTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Threads that compile schemas, choices and patterns, and as many that read long texts, 1 to 64.
    /// Default: half the processors, at least one.
    /// </summary>
    [Range(1, 64)]
    public int WorkThreads { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>
    /// Schemas, choices and patterns of one client that wait for such a thread, and as many long texts,
    /// 0 to 65536. What comes beyond them is refused.
    /// </summary>
    [Range(0, 65536)]
    public int MaxQueuedWork { get; set; } = 64;

    /// <summary>
    /// Bytes of the compiled schemas, choices and patterns that are kept for the next request, and of those that
    /// were refused, 0 to 2^30. The largest take some 2.5 MB.
    /// </summary>
    [Range(0, 1 << 30)]
    public int MaxGrammarCacheBytes { get; set; } = 32 << 20;

    /// <summary>
    /// Work of all masks of one choice, 2^16 to 2^30; each of its tokens grants 4096 more. The unit is one way to read the text so
    /// far, some 40 ns. A choice that needs more ends in an error.
    /// </summary>
    [Range(1 << 16, 1 << 30)]
    public int MaxMaskWork { get; set; } = 1 << 22;

    /// <summary>Depths at which one prompt may be answered side by side, 2 to 64.</summary>
    [Range(2, 64)]
    public int MaxCompared { get; set; } = 8;

    /// <summary>Clients that watch engines at once (<c>/v1/loop/live</c>), 1 to 4096; more are refused.</summary>
    [Range(1, 4096)]
    public int MaxLiveReaders { get; set; } = 64;

    /// <summary>
    /// How long one tick of an engine may last before the server counts as hung: liveness turns red,
    /// so that it is started again. 1 ms to 1 day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan TickTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Bytes of the bodies of all requests that are read or answered, beyond 64 KiB of each, 1 MiB to 1 GiB.
    /// A request for which there is no room is refused.
    /// </summary>
    [Range(1 << 20, 1 << 30)]
    public int MaxBodyMemory { get; set; } = 32 << 20;

    /// <summary>
    /// Bytes of all answers that their clients have not read yet, beyond 64 KiB of each, 1 MiB to 1 GiB. An answer for
    /// which there is no room is refused; a stream breaks off.
    /// </summary>
    [Range(1 << 20, 1 << 30)]
    public int MaxAnswerMemory { get; set; } = 32 << 20;

    /// <summary>
    /// Connections at once, 1 to 2^20; more are closed at once. Default: as many as the process's file descriptors allow.
    /// </summary>
    [Range(1, 1 << 20)]
    public int? MaxConnections { get; set; }

    /// <summary>Connections from one address at once, 1 to 2^20. Default: as many as from all.</summary>
    [Range(1, 1 << 20)]
    public int? MaxConnectionsPerAddress { get; set; }

    /// <summary>
    /// How long a connection may stay open without a request, 1 second to 1 hour. Longer than
    /// proxies keep theirs, or they meet closed ones.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(75);

    /// <summary>How long the headers of a request, or the handshake of TLS, may take, 1 second to 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan RequestHeadersTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Bytes a second, from 1, at which a body must come and written bytes of an answer be read.
    /// Time without anything to send does not count.
    /// </summary>
    [Range(1, 1 << 30)]
    public int MinDataRate { get; set; } = 240;

    /// <summary>The same while a body or an answer takes more memory than its 64 KiB, from 1.</summary>
    [Range(1, 1 << 30)]
    public int MinLargeDataRate { get; set; } = 16 << 10;

    /// <summary>How long a transfer may take before its rate counts, 2 seconds to 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan DataRateGracePeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The same of an answer above its 64 KiB while all answers hold no more than half of <see cref="MaxAnswerMemory"/>;
    /// <see cref="DataRateGracePeriod"/> where that is longer. 2 seconds to 1 hour.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "01:00:00")]
    public TimeSpan AnswerGracePeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long requests may still run after the server was asked to stop; then they are cancelled. 0 to 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(25);
}
