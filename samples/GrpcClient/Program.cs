using Grpc.Core;
using Grpc.Net.Client;
using LoopLM.Protocol.V1;

if (args is not [var address, var prompt])
{
    Console.Error.WriteLine("Usage: GrpcClient ADDRESS PROMPT");
    return 1;
}

using var channel = GrpcChannel.ForAddress(address);
var client = new Inference.InferenceClient(channel);
using var call = client.Generate(new GenerateRequest { Text = prompt, MaxTokens = 20 });
try
{
    await foreach (var response in call.ResponseStream.ReadAllAsync())
    {
        if (response.Token is { } token)
        {
            var gates = string.Join(' ', token.GateProbabilities.Select(gate => $"{gate:F2}"));
            Console.WriteLine($"loop {token.ExitStep} [{gates}] {token.Text}");
        }
        else
        {
            Console.WriteLine($"end: {response.Finish.Reason}");
        }
    }
}
catch (RpcException exception)
{
    Console.Error.WriteLine(exception.Status.Detail);
    return 1;
}

return 0;
