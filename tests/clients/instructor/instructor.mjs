// Asks for an object with instructor, which validates it with zod 3. Answers one JSON line per JSON line:
//   {"url": "http://.../v1", "model": "...", "prompt": "...", "maxTokens": 40, "mode": "TOOLS" | "JSON" | "JSON_SCHEMA" | "MD_JSON", "stream": true | false}
//   -> {"object"}; where instructor throws {"error": {"name", "status"}}
import { createInterface } from "node:readline";
import Instructor from "@instructor-ai/instructor";
import OpenAI from "openai";
import { z } from "zod";

const schema = z.object({ x: z.boolean(), kind: z.enum(["a", "b"]), when: z.string().datetime(), email: z.string().email().max(255) });

async function ask({ url, model, prompt, maxTokens, mode, stream }) {
  const client = Instructor({ client: new OpenAI({ baseURL: url, apiKey: "none", maxRetries: 0, timeout: 60_000 }), mode });
  const answer = await client.chat.completions.create({
    model, messages: [{ role: "user", content: prompt }], max_tokens: maxTokens, temperature: 1, seed: 1, stream, max_retries: 0, response_model: { schema, name: "Thing" },
  });
  if (!stream) {
    return { object: schema.parse(answer) };
  }
  let last;
  for await (const part of answer) {
    last = part;
  }
  const { _meta, ...object } = last;
  return { object: schema.parse(object) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const result = await ask(JSON.parse(line)).catch((error) => ({ error: { name: error.constructor.name, status: error.status, message: error.message } }));
  process.stdout.write(JSON.stringify(result) + "\n");
}
