// Says which texts a regular expression finds something in, or which a format of zod takes. Answers one JSON line per JSON line:
//   {"pattern": "^a", "texts": [...]} or {"format": "uuid", "texts": [...]} -> {"accepted": [true, ...]}
import { createInterface } from "node:readline";
import { z } from "zod";

const formats = {
  "date": z.iso.date(),
  "date-time": z.iso.datetime(),
  "duration": z.iso.duration(),
  "email": z.email(),
  "hostname": z.hostname(),
  "ipv4": z.ipv4(),
  "ipv6": z.ipv6(),
  "uri": z.url(),
  "uuid": z.uuid(),
};

function accepts({ pattern, format }) {
  if (pattern !== undefined) {
    const expression = new RegExp(pattern, "u");
    return (text) => expression.test(text);
  }
  return (text) => formats[format].safeParse(text).success;
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  process.stdout.write(JSON.stringify({ accepted: request.texts.map(accepts(request)) }) + "\n");
}
