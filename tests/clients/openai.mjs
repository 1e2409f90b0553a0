// Calls the server with OpenAI's SDK. Answers one JSON line per JSON line:
//   {"url": "http://.../v1", "call": "chat" | "completions" | "responses" | "model", "body": {...}}
//   -> {"answer": {...}}, of a stream {"chunks": [...]}, of responses with the "answer" that the SDK makes of them; where the SDK throws also {"error": {"name", "status", "code", "param"}}
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
      : call === "responses" ? await (body.stream ? client.responses.stream(body) : client.responses.create(body))
      : await client.models.retrieve(body.model);
    if (body.stream) {
      result.chunks = [];
      for await (const chunk of answer) {
        result.chunks.push(chunk);
      }
      if (call === "responses") {
        result.answer = await answer.finalResponse();
      }
    } else {
      result.answer = answer;
    }
  } catch (error) {
    result.error = { name: error.constructor.name, status: error.status, code: error.code, param: error.param };
  }
  process.stdout.write(JSON.stringify(result) + "\n");
}
