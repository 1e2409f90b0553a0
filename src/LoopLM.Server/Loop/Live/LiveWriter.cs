using System.Buffers;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Telemetry;
using LoopLM.Server.Models;
using LoopLM.Server.Rest.Output;

namespace LoopLM.Server.Loop.Live;

/// <summary>Writes what an engine does as events, each with what was done since the one before.</summary>
/// <param name="output">Where the bytes go.</param>
/// <param name="model">The model whose engine it is.</param>
/// <param name="time">The engine's clock.</param>
internal sealed class LiveWriter(IBufferWriter<byte> output, ServedModel model, TimeProvider time) : IDisposable
{
    private readonly EventWriter _events = new(output);
    private readonly int _loops = model.Checkpoint.Config.Loops;
    private readonly int _maxLoops = model.Settings.Engine.MaxLoops;
    private EngineSnapshot? _before;
    private long _beforeAt;

    /// <summary>Writes an event.</summary>
    /// <param name="isLast">Whether it is the last, because the server drains.</param>
    public void Write(bool isLast)
    {
        // Read first: whatever the engine publishes later is newer.
        var now = time.GetTimestamp();
        var snapshot = model.Engine.Snapshot;

        // An idle engine publishes nothing: what it says is so until now.
        var at = snapshot.Rows == 0 ? now : snapshot.Timestamp;
        var before = _before ?? snapshot;
        var seconds = _before is null ? 0 : Math.Max(0, time.GetElapsedTime(_beforeAt, at).TotalSeconds);
        (_before, _beforeAt) = (snapshot, at);

        _events.Start();
        var json = _events.Json;
        json.WriteStartObject();
        json.WriteString("object"u8, "loop.live"u8);
        json.WriteString("model"u8, model.Name);
        json.WriteNumber("time"u8, time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
        json.WriteString("health"u8, HealthOf(isLast ? EngineHealth.Draining : snapshot.Health));
        json.WriteNumber("loops"u8, _loops);
        WritePace(before, snapshot, seconds);
        WriteHeld(snapshot);
        WriteTotal(snapshot);
        json.WriteEndObject();
        _events.End();
        if (isLast)
        {
            _events.WriteDone();
        }
    }

    public void Dispose() => _events.Dispose();

    private static ReadOnlySpan<byte> HealthOf(EngineHealth health) => health switch
    {
        EngineHealth.Loading => "loading"u8,
        EngineHealth.Ready => "ready"u8,
        EngineHealth.Draining => "draining"u8,
        EngineHealth.Stopped => "stopped"u8,
        EngineHealth.Unhealthy => "unhealthy"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(health), health, null),
    };

    private void WritePace(EngineSnapshot before, EngineSnapshot now, double seconds)
    {
        var json = _events.Json;
        json.WriteNumber("seconds"u8, Math.Round(seconds, 6));
        json.WriteNumber("ticks"u8, now.Ticks - before.Ticks);
        json.WriteStartObject("rows"u8);
        var rows = WriteLoops("prefill"u8, now.PrefillRows, before.PrefillRows) + WriteLoops("decode"u8, now.DecodeRows, before.DecodeRows);
        json.WriteEndObject();

        var tokens = now.GeneratedTokens - before.GeneratedTokens;
        var steps = now.ExitSteps - before.ExitSteps;
        WriteNumberOrNull("tokens_per_second"u8, tokens / seconds);
        WriteNumberOrNull("ideal_tokens_per_second"u8, rows / seconds * tokens / steps);
        WriteNumberOrNull("saved_loops_share"u8, 1 - ((double)steps / tokens / _loops));
    }

    private void WriteHeld(EngineSnapshot now)
    {
        var json = _events.Json;
        json.WriteNumber("running"u8, now.RunningSequences);
        json.WriteStartObject("queue"u8);
        json.WriteNumber("requests"u8, now.QueuedRequests);
        json.WriteNumber("tokens"u8, now.QueuedTokens);
        json.WriteEndObject();
        json.WriteStartObject("kv_slots"u8);
        json.WriteNumber("used"u8, now.UsedKvSlots);
        json.WriteNumber("capacity"u8, now.KvSlots);
        WriteLoops("by_loop"u8, now.UsedKvSlotsByLoop, default);
        json.WriteEndObject();
    }

    private void WriteTotal(EngineSnapshot now)
    {
        var json = _events.Json;
        json.WriteStartObject("total"u8);
        json.WriteNumber("ticks"u8, now.Ticks);
        json.WriteNumber("generated_tokens"u8, now.GeneratedTokens);
        WriteLoops("exits_by_step"u8, now.Exits.BySteps, default);
        json.WriteStartObject("exits_by_reason"u8);
        json.WriteNumber("policy"u8, now.Exits.ByPolicy);
        json.WriteNumber("max_loops"u8, now.Exits.AtMaxLoops);
        json.WriteNumber("prompt"u8, now.Exits.OfPrompts);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes what has been added to the count of every loop, and gives the sum.</summary>
    private long WriteLoops(ReadOnlySpan<byte> name, in LoopCounts counts, in LoopCounts before)
    {
        var sum = 0L;
        _events.Json.WriteStartArray(name);
        for (var loop = 1; loop <= _maxLoops; loop++)
        {
            var added = counts[loop] - before[loop];
            _events.Json.WriteNumberValue(added);
            sum += added;
        }

        _events.Json.WriteEndArray();
        return sum;
    }

    /// <summary>Writes a number; null for one that nothing is known of, because it was divided by zero.</summary>
    private void WriteNumberOrNull(ReadOnlySpan<byte> name, double value)
    {
        if (double.IsFinite(value))
        {
            _events.Json.WriteNumber(name, Math.Round(value, 4));
        }
        else
        {
            _events.Json.WriteNull(name);
        }
    }
}
