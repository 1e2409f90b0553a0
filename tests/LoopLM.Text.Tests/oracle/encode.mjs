// Answers one JSON line per JSON line:
//   {"tokenizer": "<tokenizer.json>", "encode": ["text", ...]}             -> [[id, ...], ...]
//   {"tokenizer": "<tokenizer.json>", "decode": [[id, ...], ...], "skip": true} -> ["text", ...]
import { createInterface } from "node:readline";
import { Tokenizer } from "@anush008/tokenizers";

let json, tokenizer;
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (json !== request.tokenizer) {
    json = request.tokenizer;
    tokenizer = Tokenizer.fromString(json);
  }
  const answer = request.encode
    ? (await tokenizer.encodeBatch(request.encode, { addSpecialTokens: false })).map((encoding) => encoding.getIds())
    : await tokenizer.decodeBatch(request.decode, request.skip);
  process.stdout.write(JSON.stringify(answer) + "\n");
}
