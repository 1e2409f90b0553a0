// The same request in other languages. None of them has the key: each reads it from the environment.

const GRPC_NAMES = {
  seed: "seed",
  temperature: "temperature",
  top_p: "top_p",
  top_k: "top_k",
  min_p: "min_p",
  max_tokens: "max_tokens",
  exit_policy: "exit_policy",
  exit_threshold: "exit_threshold",
  min_loops: "min_loops",
  max_loops: "max_loops",
  exit_trace: "exit_trace",
  return_loop_logprobs: "loop_logprobs",
  return_skipped_loop_logprobs: "skipped_loop_logprobs",
};

/**
 * @typedef {object} Sent A request as it was sent.
 * @property {string} path Its route.
 * @property {object} body Its body.
 * @property {number[] | null} promptTokenIds What its prompt became, where the server has reported it.
 * @property {boolean} hasKey Whether it carried an API key.
 */

/**
 * @param {Sent} sent A request.
 * @returns {string} It as a command for curl.
 */
export function curlSample({ path, body, hasKey }) {
  const lines = [`curl${body.stream ? " --no-buffer" : ""} ${shellQuoted(urlOf(path))}`, "-H 'Content-Type: application/json'"];
  if (hasKey) {
    lines.push('-H "Authorization: Bearer $LOOPLM_API_KEY"');
  }

  return [...lines, `-d ${shellQuoted(JSON.stringify(body))}`].join(" \\\n  ");
}

/**
 * @param {Sent} sent A request.
 * @returns {string} It as a C# program.
 */
export function csharpSample({ path, body, hasKey }) {
  const json = JSON.stringify(body, null, 2)
    .split("\n")
    .map((line) => `        ${line}`)
    .join("\n");
  const quotes = '"'.repeat(Math.max(3, 1 + Math.max(0, ...[...json.matchAll(/"+/g)].map((match) => match[0].length))));
  const key = hasKey
    ? 'client.DefaultRequestHeaders.Authorization = new("Bearer", Environment.GetEnvironmentVariable("LOOPLM_API_KEY"));\n'
    : "";
  return `using System.Text;

using var client = new HttpClient();
${key}using var request = new HttpRequestMessage(HttpMethod.Post, ${JSON.stringify(urlOf(path))})
{
    Content = new StringContent(${quotes}
${json}
        ${quotes}, Encoding.UTF8, "application/json"),
};
using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
await response.Content.CopyToAsync(Console.OpenStandardOutput());
`;
}

/**
 * gRPC has neither chats nor comparisons nor schemas: a chat becomes the tokens of its prompt, a comparison a call for each depth.
 * @param {Sent} sent A request.
 * @returns {string} It as commands for grpcurl, or why there are none.
 */
export function grpcSample({ path, body, promptTokenIds, hasKey }) {
  if (body.response_format) {
    return "# gRPC has no output formats. Use curl or C#.";
  }

  if (body.messages && promptTokenIds === null) {
    return "# gRPC takes the prompt as tokens. They are here when the answer has begun.";
  }

  const prompt = body.messages ? { tokens: { ids: promptTokenIds } } : { text: body.prompt };
  const depths = path.endsWith("/compare") ? body.settings : [{}];
  const host = `${location.hostname}:${Number(location.port || (location.protocol === "https:" ? 443 : 80)) + 1}`;
  const options = [location.protocol === "https:" ? "" : " -plaintext", hasKey ? ' -H "authorization: Bearer $LOOPLM_API_KEY"' : ""].join(
    "",
  );
  const calls = depths.map(
    (depth) => `grpcurl${options} \\
  -d ${shellQuoted(JSON.stringify(grpcRequest({ ...body, ...depth }, prompt)))} \\
  ${shellQuoted(host)} looplm.v1.Inference/Generate`,
  );
  return `# gRPC listens on the port after REST's, unless configured otherwise.\n${calls.join("\n\n")}`;
}

function grpcRequest(body, prompt) {
  const fields = Object.entries(GRPC_NAMES).flatMap(([name, grpcName]) => (body[name] === undefined ? [] : [[grpcName, body[name]]]));
  const logprobs = body.logprobs === undefined ? {} : { logprobs: 0 };
  return { model: body.model, ...prompt, ...Object.fromEntries(fields), ...logprobs };
}

function urlOf(path) {
  return new URL(`.${path}`, document.baseURI).href;
}

function shellQuoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
