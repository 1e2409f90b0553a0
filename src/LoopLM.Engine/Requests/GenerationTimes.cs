namespace LoopLM.Engine.Requests;

/// <summary>The moments of a generation, as the engine's clock counts; 0 for what has not happened.</summary>
/// <param name="AcceptedAt">It was accepted: its time in the queue begins.</param>
/// <param name="AdmittedAt">It was admitted: its prompt begins to run.</param>
/// <param name="FirstTokenAt">Its first token was published.</param>
/// <param name="LastTokenAt">Its last token so far was published.</param>
/// <param name="EndedAt">It ended; 0 as well where the engine ended all at once.</param>
public readonly record struct GenerationTimes(long AcceptedAt, long AdmittedAt, long FirstTokenAt, long LastTokenAt, long EndedAt);
