// Builds the bodies of requests from what the form says.

/**
 * @typedef {object} Settings What the form says. null leaves a field to the server.
 * @property {string} model
 * @property {number | null} maxTokens
 * @property {number | null} temperature
 * @property {number | null} topP
 * @property {number | null} topK
 * @property {number | null} minP
 * @property {number | null} seed
 * @property {string} schema A JSON schema for the output, or an empty text.
 * @property {"all" | "ran" | "none"} report Which loops are looked into.
 * @property {Depth} depth
 */

/**
 * @typedef {object} Depth
 * @property {string} policy An exit policy; empty for the server's.
 * @property {number | null} threshold
 * @property {number | null} minLoops
 * @property {number | null} maxLoops
 * @property {number[] | null} trace Exit steps, for the policy `trace`.
 */

const CANDIDATES = 5;

/**
 * @param {Settings} settings The settings; with a seed, so that the request can be repeated.
 * @param {string} prompt What is continued.
 * @returns {object} The body of a streamed completion.
 */
export function completionRequest(settings, prompt) {
  return { ...model(settings), prompt, ...common(settings), ...STREAM, ...(settings.report === "none" ? {} : { logprobs: 0 }) };
}

/**
 * @param {Settings} settings The settings; with a seed, so that the request can be repeated.
 * @param {{role: string, content: string}[]} messages The conversation.
 * @returns {object} The body of a streamed chat.
 */
export function chatRequest(settings, messages) {
  return { ...model(settings), messages, ...common(settings), ...STREAM, ...(settings.report === "none" ? {} : { logprobs: true }) };
}

/**
 * @param {Settings} settings What all answers share.
 * @param {string} prompt What is continued.
 * @param {Depth[]} depths The depths, at least two.
 * @returns {object} The body of a comparison.
 */
export function compareRequest(settings, prompt, depths) {
  return { ...model(settings), prompt, ...sampling(settings), ...report(settings), settings: depths.map(depthFields) };
}

/**
 * @param {Depth} depth A depth.
 * @returns {object} Its fields; those that are left to the server are missing.
 */
export function depthFields(depth) {
  return withoutNulls({
    exit_policy: depth.policy || null,
    exit_threshold: depth.policy === "fixed" || depth.policy === "trace" ? null : depth.threshold,
    min_loops: depth.minLoops,
    max_loops: depth.maxLoops,
    exit_trace: depth.policy === "trace" ? depth.trace : null,
  });
}

/**
 * @returns {number} A seed that other clients can write as a number, too.
 */
export function randomSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0] >>> 1;
}

const STREAM = { stream: true, stream_options: { include_usage: true } };

function model(settings) {
  return { model: settings.model };
}

function common(settings) {
  return { ...sampling(settings), ...depthFields(settings.depth), ...report(settings) };
}

function sampling(settings) {
  return withoutNulls({
    max_tokens: settings.maxTokens,
    temperature: settings.temperature,
    top_p: settings.topP,
    top_k: settings.topK,
    min_p: settings.minP,
    seed: settings.seed,
    response_format:
      settings.schema.trim() === "" ? null : { type: "json_schema", json_schema: { name: "output", schema: JSON.parse(settings.schema) } },
  });
}

function report(settings) {
  if (settings.report === "none") {
    return { return_token_ids: true };
  }

  return {
    return_token_ids: true,
    return_gate_probabilities: true,
    return_loop_logprobs: CANDIDATES,
    ...(settings.report === "all" ? { return_skipped_loop_logprobs: true } : {}),
  };
}

function withoutNulls(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}
