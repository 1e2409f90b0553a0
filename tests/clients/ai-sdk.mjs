// Calls the server with Vercel's AI SDK. Answers one JSON line per JSON line:
//   {"url": "http://.../v1", "model": "...", "prompt": "...", "maxTokens": 40, "stream": true | false, "want": "text" | "object" | "call"}
//   -> {"text", "finishReason", "outputTokens"}, {"object"}, or of each step {"calls", "results"}; where the SDK reports an error {"error": {"name", "status"}}
import { createInterface } from "node:readline";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateObject, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";

const person = jsonSchema({ type: "object", properties: { x: { type: "boolean" } }, required: ["x"], additionalProperties: false });
const tools = {
  f: tool({
    description: "Adds one.",
    inputSchema: jsonSchema({ type: "object", properties: { x: { type: "number" } }, required: ["x"] }),
    execute: async ({ x }) => x + 1,
  }),
};

async function ask({ url, model, prompt, maxTokens, stream, want }) {
  const provider = createOpenAICompatible({ name: "looplm", baseURL: url, includeUsage: true, supportsStructuredOutputs: true });
  const options = { model: provider(model), prompt, temperature: 0, maxOutputTokens: maxTokens, maxRetries: 0, abortSignal: AbortSignal.timeout(60_000) };
  if (want === "object") {
    return { object: (await generateObject({ ...options, schema: person })).object };
  }

  let failure;
  const request = want === "call" ? { ...options, tools, stopWhen: stepCountIs(2) } : options;
  const call = stream ? streamText({ ...request, onError: ({ error }) => { failure = error; } }) : await generateText(request);
  if (stream) {
    await call.consumeStream();
  }
  if (failure) {
    throw failure;
  }
  return want === "call"
    ? { steps: (await call.steps).map(({ toolCalls, toolResults }) => ({ calls: toolCalls.map(({ toolName, input }) => [toolName, input]), results: toolResults.map(({ output }) => output) })) }
    : { text: await call.text, finishReason: await call.finishReason, outputTokens: (await call.usage).outputTokens };
}

for await (const line of createInterface({ input: process.stdin })) {
  const result = await ask(JSON.parse(line)).catch((error) => ({ error: { name: error.name ?? "Error", status: error.statusCode } }));
  process.stdout.write(JSON.stringify(result) + "\n");
}
