// Validates JSON against the types of openai-types.ts; members beside those of the types are allowed. Answers one JSON line per JSON line:
//   {"type": "ChatCompletion", "values": [...]} -> {"problems": ["..."]}
import { createInterface } from "node:readline";
import { Ajv } from "ajv";
import { createGenerator } from "ts-json-schema-generator";

const generator = createGenerator({ path: "openai-types.ts", expose: "export", skipTypeCheck: true, additionalProperties: true });
const ajv = new Ajv({ allErrors: true, strict: false });
const schemas = new Map();

function schemaOf(type) {
  if (!schemas.has(type)) {
    const schema = generator.createSchema(type);
    const response = schema.definitions.Response;
    if (response) {
      // The SDK itself adds this to what it reads.
      response.required = response.required.filter((name) => name !== "output_text");
    }
    ajv.addSchema(schema, type);
    schemas.set(type, schema);
  }
  return schemas.get(type);
}

function problemsOf(type, value) {
  const { $ref, definitions } = schemaOf(type);
  const union = definitions[type]?.anyOf?.map((each) => each.$ref);
  // Of a union the member with the value's type says best what is wrong.
  const ref = union ? union.find((each) => definitions[each.split("/").pop()].properties.type.const === value.type) : $ref;
  if (!ref) {
    return [`type ${value.type} is none of ${type}`];
  }
  const validate = ajv.getSchema(type + ref);
  return validate(value) ? [] : validate.errors.map((error) => `${value.type ?? value.object ?? ""}${error.instancePath} ${error.message}`);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { type, values } = JSON.parse(line);
  process.stdout.write(JSON.stringify({ problems: values.flatMap((value) => problemsOf(type, value)) }) + "\n");
}
