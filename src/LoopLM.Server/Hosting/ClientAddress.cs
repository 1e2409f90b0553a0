namespace LoopLM.Server.Hosting;

/// <summary>How a program on this machine reaches what the server listens on.</summary>
internal static class ClientAddress
{
    private static readonly string[] s_anyHost = ["*", "+", "0.0.0.0", "[::]"];

    /// <summary>The address, with a slash at its end.</summary>
    /// <param name="listening">Where the server listens, such as <c>http://*:8080</c>.</param>
    public static string Of(BindingAddress listening) =>
        $"{listening.Scheme}://{(s_anyHost.Contains(listening.Host) ? "localhost" : listening.Host)}:{listening.Port}/";
}
