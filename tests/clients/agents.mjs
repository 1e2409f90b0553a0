// Runs an agent with a tool, by OpenAI's Agents SDK. Answers one JSON line per JSON line:
//   {"url": "http://.../v1", "model": "...", "prompt": "...", "maxTokens": 40, "stream": true | false, "responses": true | false, "want": "text" | "object" | "call"}
//   -> {"text", "outputTokens"}, {"object"}, or {"calls": [[name, arguments], ...]}; where the SDK throws {"error": {"name", "status"}}
import { createInterface } from "node:readline";
import { Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner, tool } from "@openai/agents";
import { createRequire } from "node:module";
import { z } from "zod";

// The client that the SDK brings, which need not be the one that the other scripts use.
const { OpenAI } = createRequire(createRequire(import.meta.url).resolve("@openai/agents-openai"))("openai");

async function ask({ url, model, prompt, maxTokens, stream, responses, want }) {
  const client = new OpenAI({ baseURL: url, apiKey: "none", maxRetries: 0, timeout: 60_000 });
  const calls = [];
  const add = tool({
    name: "f",
    description: "Adds one.",
    parameters: z.object({ x: z.number() }),
    execute: ({ x }) => { calls.push(["f", { x }]); return String(x + 1); },
  });
  const agent = new Agent({
    name: "Helper",
    instructions: "Help.",
    model: responses ? new OpenAIResponsesModel(client, model) : new OpenAIChatCompletionsModel(client, model),
    modelSettings: { maxTokens, temperature: 0 },
    ...(want === "call" ? { tools: [add], toolUseBehavior: "stop_on_first_tool" } : {}),
    ...(want === "object" ? { outputType: z.object({ x: z.boolean() }) } : {}),
  });
  const run = await new Runner({ tracingDisabled: true }).run(agent, prompt, { stream, maxTurns: 2 });
  if (stream) {
    for await (const _ of run) {
      // The run goes on while its events are read.
    }
    await run.completed;
  }
  return want === "call" ? { calls } : want === "object" ? { object: run.finalOutput } : { text: run.finalOutput, outputTokens: run.rawResponses[0].usage.outputTokens };
}

for await (const line of createInterface({ input: process.stdin })) {
  const result = await ask(JSON.parse(line)).catch((error) => ({ error: { name: error.constructor.name, status: error.status, message: error.message } }));
  process.stdout.write(JSON.stringify(result) + "\n");
}
