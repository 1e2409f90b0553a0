namespace LoopLM.Server.Hosting;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    public const string Text = """
        LoopLM.Server: an inference server for looped language models.

        Usage: LoopLM.Server [options]

          --model FOLDER    the checkpoint to serve; without it the bundled models
          --host ADDRESS    where to listen: localhost, an IP address, or * for all. Default: localhost
          --port PORT       the port of REST. Default: 8080. gRPC takes the next one unless --grpc-port says another
          --grpc-port PORT  the port of gRPC. Default: 8081
          --api-key KEY     a key that clients must send; may be given several times. Lists of processes show it:
                            better set it in the environment as LOOPLM_API_KEY
          --ssl-certfile FILE  a certificate, PEM or PKCS #12: both ports then talk TLS
          --ssl-keyfile FILE   its private key, where it is neither in that file nor beside it
          --health          ask the server that runs here with the same settings whether it is ready; exit code 0 where it is
          --help, -h        print this
          --version         print the version

        Every setting has a name, such as Engine:KvSlots. It is read, the last one winning, from appsettings.json beside the
        program, from the environment as Engine__KvSlots=65536, and from the command line as --Engine:KvSlots=65536 or
        --Engine:KvSlots 65536. docs/configuration.md lists all of them. Those that are often needed:

          --Model:ContextLength N      most tokens of a prompt with its answer
          --Model:Weights int8         type of the weights: auto, float32, bfloat16, int8, int4
          --Engine:KvSlots N           memory for keys and values
          --AllowedHosts NAMES         host names by which clients may call the server, separated by ; or * for any
        """;
}
