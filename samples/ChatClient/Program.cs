using System.ClientModel;
using Microsoft.Extensions.AI;
using OpenAI;

if (args is not [var address, var model])
{
    Console.Error.WriteLine("Usage: ChatClient ADDRESS MODEL");
    return 1;
}

var key = Environment.GetEnvironmentVariable("OPENAI_API_KEY") ?? "none";
using var client = new OpenAIClient(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(address) })
    .GetChatClient(model)
    .AsIChatClient();

var options = new ChatOptions { MaxOutputTokens = 200 };
var messages = new List<ChatMessage>();
while (Console.ReadLine() is { Length: > 0 } line)
{
    messages.Add(new ChatMessage(ChatRole.User, line));
    var answer = new List<ChatResponseUpdate>();
    await foreach (var update in client.GetStreamingResponseAsync(messages, options))
    {
        Console.Write(update.Text);
        answer.Add(update);
    }

    Console.WriteLine();
    messages.AddMessages(answer);
}

return 0;
