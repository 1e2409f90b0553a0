namespace LoopLM.Engine.Kv;

/// <summary>Whose prefixes a request may reuse: nobody else's timing can tell what they hold.</summary>
/// <param name="Client">The client's name.</param>
/// <param name="Salt">The request's salt; null for none.</param>
internal readonly record struct PrefixKey(string Client, string? Salt);
