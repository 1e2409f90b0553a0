// Asks for values of zod 4 schemas with OpenAI's SDK, and validates what comes with the same schema. Answers one JSON line per JSON line:
//   {"names": true} -> {"names": ["..."]}
//   {"url": "http://.../v1", "model": "...", "name": "email", "via": "chat" | "responses" | "tool", "seed": 1, "maxTokens": 400}
//   -> {"value"}, or {"error": {"message", "status"}} where the server refuses the schema or zod refuses the value
import { createInterface } from "node:readline";
import OpenAI from "openai";
import { z } from "zod";

const point = z.object({ x: z.number(), y: z.number() });
const node = z.object({ name: z.string(), get children() { return z.array(node).max(2); } });
const values = {
  array: z.array(z.int()).min(1).max(3),
  base64: z.base64(),
  base64url: z.base64url(),
  bigger: z.number().gt(0.5).lt(0.75),
  boolean: z.boolean(),
  cidrv4: z.cidrv4(),
  cuid2: z.cuid2(),
  date: z.iso.date(),
  datetime: z.iso.datetime(),
  datetimeLocal: z.iso.datetime({ local: true, precision: 0 }),
  datetimeOffset: z.iso.datetime({ offset: true }),
  described: z.string().describe("A word.").meta({ title: "Word", examples: ["a"], deprecated: false }),
  discriminated: z.discriminatedUnion("kind", [z.object({ kind: z.literal("circle"), r: z.number() }), z.object({ kind: z.literal("square"), side: z.number() })]),
  duration: z.iso.duration(),
  e164: z.e164(),
  email: z.email(),
  emailShort: z.email().max(255),
  emoji: z.enum(["😀", "é", "plain"]),
  endsWith: z.string().endsWith("yz").max(12),
  guid: z.guid(),
  includes: z.string().includes("mid"),
  int: z.int(),
  int32: z.int32(),
  integers: z.int().min(-3).max(7),
  intersection: z.intersection(z.object({ a: z.string() }), z.object({ b: z.int() })),
  ipv4: z.ipv4(),
  ipv6: z.ipv6(),
  jwtLike: z.string().regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/),
  ksuid: z.ksuid(),
  literal: z.literal(["a", "b"]),
  loose: z.looseObject({ a: z.int() }),
  multiple: z.number().multipleOf(0.25).min(0).max(2),
  nanoid: z.nanoid(),
  nullable: z.object({ a: z.string().nullable(), b: z.int().nullable() }),
  optional: z.object({ a: z.string(), b: z.int().optional() }),
  partialRecord: z.partialRecord(z.enum(["a", "b"]), z.int()),
  point,
  positive: z.number().positive(),
  record: z.record(z.string(), z.int()),
  recordByEnum: z.record(z.enum(["a", "b"]), z.int()),
  recursive: node,
  references: z.object({ from: point, to: point }),
  startsWith: z.string().startsWith("ab"),
  time: z.iso.time(),
  tuple: z.tuple([z.string(), z.int()]),
  tupleRest: z.tuple([z.string()], z.int()),
  ulid: z.ulid(),
  union: z.union([z.string(), z.int(), z.null()]),
  url: z.url(),
  uuid: z.uuid(),
  uuidv4: z.uuidv4(),
  uuidv7: z.uuidv7(),
  xid: z.xid(),
};

async function ask({ names, url, model, name, via, seed, maxTokens }) {
  if (names) {
    return { names: Object.keys(values) };
  }
  const client = new OpenAI({ baseURL: url, apiKey: "none", maxRetries: 0, timeout: 60_000 });
  const shape = z.object({ v: values[name] });
  const schema = z.toJSONSchema(shape);
  const generation = { model, seed, temperature: 1 };
  let text;
  if (via === "responses") {
    const answer = await client.responses.create({ ...generation, input: "Hi", max_output_tokens: maxTokens, text: { format: { type: "json_schema", name: "x", strict: true, schema } } });
    text = answer.output_text;
  } else {
    const request = via === "tool"
      ? { tools: [{ type: "function", function: { name: "send", parameters: schema } }], tool_choice: "required", parallel_tool_calls: false }
      : { response_format: { type: "json_schema", json_schema: { name: "x", strict: true, schema } } };
    const { message } = (await client.chat.completions.create({ ...generation, messages: [{ role: "user", content: "Hi" }], max_tokens: maxTokens, ...request })).choices[0];
    text = via === "tool" ? message.tool_calls[0].function.arguments : message.content;
  }
  try {
    return { value: shape.parse(JSON.parse(text)).v };
  } catch (error) {
    return { error: { message: `${error.message} in ${text}` } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const result = await ask(JSON.parse(line)).catch((error) => ({ error: { message: error.message, status: error.status } }));
  process.stdout.write(JSON.stringify(result) + "\n");
}
