using System.Text.Json.Serialization;
using LoopLM.Tools.Bench.Prefixes;
using LoopLM.Tools.Bench.Serving;

namespace LoopLM.Tools.Bench;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(PrefixReport[]))]
[JsonSerializable(typeof(ServeReport))]
internal sealed partial class BenchJson : JsonSerializerContext;
