using LoopLM.Engine.Configuration;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Configuration;

/// <summary>Checks <see cref="ModelOptions"/> against their attributes.</summary>
[OptionsValidator]
internal sealed partial class ModelOptionsValidator : IValidateOptions<ModelOptions>;

/// <summary>Checks <see cref="KvOptions"/> against their attributes.</summary>
[OptionsValidator]
internal sealed partial class KvOptionsValidator : IValidateOptions<KvOptions>;

/// <summary>Checks <see cref="LimitOptions"/> against their attributes.</summary>
[OptionsValidator]
internal sealed partial class LimitOptionsValidator : IValidateOptions<LimitOptions>;

/// <summary>Checks <see cref="AuthOptions"/> against their attributes.</summary>
[OptionsValidator]
internal sealed partial class AuthOptionsValidator : IValidateOptions<AuthOptions>;

/// <summary>Checks <see cref="RateLimitOptions"/> against their attributes.</summary>
[OptionsValidator]
internal sealed partial class RateLimitOptionsValidator : IValidateOptions<RateLimitOptions>;

/// <summary>Checks <see cref="EngineOptions"/> against their attributes.</summary>
[OptionsValidator]
internal sealed partial class EngineOptionsValidator : IValidateOptions<EngineOptions>;
