// Calls the server with LangChain's ChatOpenAI. Answers one JSON line per JSON line:
//   {"url": "http://.../v1", "model": "...", "prompt": "...", "maxTokens": 40, "stream": true | false, "responses": true | false,
//    "want": "text" | "object" | "call", "method": "jsonSchema" | "jsonMode" | "functionCalling"}
//   -> {"text", "finishReason", "outputTokens"}, {"object"}, or of each step {"calls"}; where the client throws {"error": {"name", "status"}}
import { createInterface } from "node:readline";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { ChatOpenAI } from "@langchain/openai";

const person = { title: "person", type: "object", properties: { x: { type: "boolean" } }, required: ["x"], additionalProperties: false };
const tools = [{ type: "function", function: { name: "f", description: "Adds one.", parameters: { type: "object", properties: { x: { type: "number" } }, required: ["x"] } } }];

async function invoke(chat, input, stream) {
  if (!stream) {
    return chat.invoke(input);
  }
  let answer;
  for await (const chunk of await chat.stream(input)) {
    answer = answer ? answer.concat(chunk) : chunk;
  }
  return answer;
}

async function ask({ url, model, prompt, maxTokens, stream, responses, want, method }) {
  const chat = new ChatOpenAI({ model, apiKey: "none", maxRetries: 0, timeout: 60_000, temperature: 0, maxTokens, useResponsesApi: responses, configuration: { baseURL: url } });
  if (want === "object") {
    return { object: await chat.withStructuredOutput(person, { name: "person", method }).invoke(prompt) };
  }
  if (want === "call") {
    const caller = chat.bindTools(tools);
    const messages = [new HumanMessage(prompt)];
    const steps = [];
    while (steps.length < 2) {
      const answer = await invoke(caller, messages, stream);
      steps.push({ calls: answer.tool_calls.map(({ name, args }) => [name, args]) });
      messages.push(answer, ...answer.tool_calls.map(({ id, args }) => new ToolMessage({ content: String(args.x + 1), tool_call_id: id })));
    }
    return { steps };
  }
  const answer = await invoke(chat, prompt, stream);
  const { finish_reason, status } = answer.response_metadata;
  return { text: answer.text, finishReason: finish_reason ?? status, outputTokens: answer.usage_metadata?.output_tokens };
}

for await (const line of createInterface({ input: process.stdin })) {
  const result = await ask(JSON.parse(line)).catch((error) => ({ error: { name: error.constructor.name, status: error.status } }));
  process.stdout.write(JSON.stringify(result) + "\n");
}
