using System.Reflection;

namespace LoopLM.Server.About;

/// <summary>The server's version.</summary>
internal static class ServerVersion
{
    /// <summary>As the build names it.</summary>
    public static string Text { get; } =
        typeof(ServerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
