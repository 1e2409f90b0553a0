// Calls the server with LangChain's ChatOpenAI. Answers one JSON line per JSON line:
//   {"url": "http://.../v1", "model": "...", "stream": true | false, "prompt": "..."}
//   -> {"text", "finishReason", "outputTokens"}; where the client throws {"error": {"name", "status"}}
import { createInterface } from "node:readline";
import { ChatOpenAI } from "@langchain/openai";

for await (const line of createInterface({ input: process.stdin })) {
  const { url, model, stream, prompt } = JSON.parse(line);
  const chat = new ChatOpenAI({ model, apiKey: "none", maxRetries: 0, timeout: 60_000, temperature: 0, maxTokens: 40, configuration: { baseURL: url } });
  let result;
  try {
    let answer;
    if (stream) {
      for await (const chunk of await chat.stream(prompt)) {
        answer = answer ? answer.concat(chunk) : chunk;
      }
    } else {
      answer = await chat.invoke(prompt);
    }
    result = { text: answer.content, finishReason: answer.response_metadata.finish_reason, outputTokens: answer.usage_metadata?.output_tokens };
  } catch (error) {
    result = { error: { name: error.constructor.name, status: error.status } };
  }
  process.stdout.write(JSON.stringify(result) + "\n");
}
