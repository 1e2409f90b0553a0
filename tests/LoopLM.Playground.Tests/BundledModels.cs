namespace LoopLM.Playground.Tests;

/// <summary>A server of the bundled models.</summary>
internal static class BundledModels
{
    /// <summary>Starts it, and waits until the models are loaded.</summary>
    public static async Task<ServerProcess> StartAsync()
    {
        string[] names = ["stories", "reasoning", "looplm-bytes"];
        var server = await ServerProcess.StartAsync(
            [.. names.SelectMany((name, i) =>
                (string[])[$"--Models:{i}:Name={name}", $"--Models:{i}:Path={Path.Combine(AppContext.BaseDirectory, "models", name)}"])]);
        await server.UntilReadyAsync();
        return server;
    }
}
