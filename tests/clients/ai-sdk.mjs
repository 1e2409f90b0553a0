// Calls the server with Vercel's AI SDK. Answers one JSON line per JSON line:
//   {"url": "http://.../v1", "model": "...", "stream": true | false, "prompt": "..."}
//   -> {"text", "finishReason", "outputTokens"}; where the SDK reports an error {"error": {"name", "status"}}
import { createInterface } from "node:readline";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";

for await (const line of createInterface({ input: process.stdin })) {
  const { url, model, stream, prompt } = JSON.parse(line);
  const provider = createOpenAICompatible({ name: "looplm", baseURL: url, includeUsage: true });
  const options = { model: provider(model), prompt, temperature: 0, maxOutputTokens: 40, maxRetries: 0, abortSignal: AbortSignal.timeout(60_000) };
  let result;
  let failure;
  try {
    const call = stream ? streamText({ ...options, onError: ({ error }) => { failure = error; } }) : await generateText(options);
    if (stream) {
      await call.consumeStream();
    }
    result = { text: await call.text, finishReason: await call.finishReason, outputTokens: (await call.usage).outputTokens };
  } catch (error) {
    failure ??= error;
  }
  if (failure) {
    result = { error: { name: failure.name ?? "Error", status: failure.statusCode } };
  }
  process.stdout.write(JSON.stringify(result) + "\n");
}
