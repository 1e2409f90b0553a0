// The result of a run as a file.

import { h } from "../views/dom.js";

/**
 * @typedef {object} Result What is exported.
 * @property {string} path The route that was called.
 * @property {object} request The body of the request.
 * @property {number} modelLoops The loops of the model.
 * @property {{name: string, text: string, tokens: import("../runs/tokens.js").Token[]}[]} answers With whatever else is known of them.
 */

/**
 * @param {Result} result A result.
 * @returns {string} All that is known of it, as JSON.
 */
export function toJson(result) {
  return JSON.stringify(result, null, 2);
}

/**
 * @param {Result} result A result.
 * @returns {string} A line for each token, as RFC 4180 has it.
 */
export function toCsv(result) {
  const loops = Math.max(
    result.modelLoops,
    ...result.answers.flatMap((answer) => answer.tokens.map((token) => Math.max(token.exitStep, token.loops.length))),
  );
  const each = (name) => Array.from({ length: loops }, (_, i) => `${name}_${i + 1}`);
  const head = ["answer", "index", "token", "id", "exit_step", "logprob", "milliseconds", ...each("gate"), ...each("best_after_loop")];
  const lines = result.answers.flatMap((answer) =>
    answer.tokens.map((token) => [
      answer.name,
      token.index,
      token.text || token.name,
      token.id,
      token.exitStep,
      token.logprob,
      token.at?.toFixed(1),
      ...Array.from({ length: loops }, (_, i) => token.gates[i]),
      ...Array.from({ length: loops }, (_, i) => token.loops[i]?.[0].token),
    ]),
  );
  return [head, ...lines].map((line) => `${line.map(csvField).join(",")}\r\n`).join("");
}

/**
 * Saves a file.
 * @param {string} name Its name.
 * @param {Blob} content Its content.
 */
export function download(name, content) {
  const url = URL.createObjectURL(content);
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// A field that begins like a formula would be one to spreadsheets: an apostrophe makes it a text.
function csvField(value) {
  const text = value === undefined || value === null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
