// Calls the server with OpenAI's SDK. Answers one JSON line per JSON line:
//   {"url": "http://.../v1", "call": "chat" | "completions" | "model", "body": {...}}
//   -> {"answer": {...}}, of a stream {"chunks": [...]}; where the SDK throws also {"error": {"name", "status", "code", "param"}}
import { createInterface } from "node:readline";
import OpenAI from "openai";

for await (const line of createInterface({ input: process.stdin })) {
  const { url, call, body } = JSON.parse(line);
  const client = new OpenAI({ baseURL: url, apiKey: "none", maxRetries: 0, timeout: 60_000 });
  const result = {};
  try {
    const answer =
      call === "chat" ? await client.chat.completions.create(body)
      : call === "completions" ? await client.completions.create(body)
      : await client.models.retrieve(body.model);
    if (body.stream) {
      result.chunks = [];
      for await (const chunk of answer) {
        result.chunks.push(chunk);
      }
    } else {
      result.answer = answer;
    }
  } catch (error) {
    result.error = { name: error.constructor.name, status: error.status, code: error.code, param: error.param };
  }
  process.stdout.write(JSON.stringify(result) + "\n");
}
