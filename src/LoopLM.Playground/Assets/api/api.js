// The public API of the server that sent this page: nothing else is ever called.

import { readKey } from "./key.js";
import { SseParser } from "./sse.js";

/** An answer of the server that is an error, or a connection that failed. */
export class ApiError extends Error {
  /**
   * @param {string} message What went wrong, for people.
   * @param {{status?: number, code?: string, param?: string | null, retryAfter?: number}} [details]
   *   `status` is 0 where no answer came at all; `retryAfter` is in seconds.
   */
  constructor(message, { status = 0, code = "unreachable", param = null, retryAfter } = {}) {
    super(message);
    this.name = "ApiError";
    Object.assign(this, { status, code, param, retryAfter });
  }
}

/**
 * @param {string} path Such as `/v1/models`.
 * @param {AbortSignal} [signal] Ends the request.
 * @returns {Promise<any>} The answer.
 * @throws {ApiError} The server refused, or cannot be reached.
 */
export async function getJson(path, signal) {
  return readJson(await send(path, { signal }));
}

/**
 * @param {string} path Such as `/v1/loop/compare`.
 * @param {object} body The request.
 * @param {AbortSignal} [signal] Ends the request.
 * @returns {Promise<any>} The answer.
 * @throws {ApiError} The server refused, or cannot be reached.
 */
export async function postJson(path, body, signal) {
  return readJson(await post(path, body, signal));
}

/**
 * Posts a request that is answered with server-sent events, and reads them to their end.
 * @param {string} path Such as `/v1/completions`.
 * @param {object} body The request.
 * @param {StreamOptions} options What becomes of the events.
 * @throws {ApiError} The server refused, failed on the way, or went away.
 */
export async function postStream(path, body, options) {
  await readEvents(await post(path, body, options.signal), options);
}

/**
 * Reads server-sent events to their end.
 * @param {string} path Such as `/v1/loop/live`.
 * @param {StreamOptions} options What becomes of the events.
 * @throws {ApiError} The server refused, or went away.
 */
export async function getStream(path, options) {
  await readEvents(await send(path, { signal: options.signal }), options);
}

/**
 * @typedef {object} StreamOptions
 * @property {AbortSignal} signal Ends the request.
 * @property {(event: any, data: string) => void} onEvent Gets each event as it was read, and as it came.
 */

// Events of a stream, without the last, which is [DONE].
async function readEvents(response, { onEvent }) {
  for await (const data of dataOf(response)) {
    if (data === "[DONE]") {
      return;
    }

    const event = JSON.parse(data);
    if (event.error) {
      throw new ApiError(event.error.message, { status: 500, code: event.error.code, param: event.error.param });
    }

    onEvent(event, data);
  }

  throw brokenOff();
}

async function* dataOf(response) {
  const parser = new SseParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      yield* parser.push(piece.value);
    }
  } catch (error) {
    throw error.name === "AbortError" ? error : brokenOff();
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function brokenOff() {
  return new ApiError("The server ended the connection before the answer was complete.", { code: "broken_off" });
}

function post(path, body, signal) {
  return send(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });
}

async function send(path, options) {
  const key = readKey();
  const headers = key === "" ? options.headers : { ...options.headers, Authorization: `Bearer ${key}` };
  let response;
  try {
    response = await fetch(address(path), { ...options, headers, cache: "no-store", credentials: "omit" });
  } catch (error) {
    throw error.name === "AbortError" ? error : new ApiError("The server cannot be reached. It may have been stopped.");
  }

  if (!response.ok) {
    throw await readError(response);
  }

  return response;
}

// Relative to the page, which may be below a path of a proxy.
function address(path) {
  return new URL(`.${path}`, document.baseURI);
}

async function readJson(response) {
  try {
    return await response.json();
  } catch (error) {
    throw error.name === "AbortError" ? error : brokenOff();
  }
}

async function readError(response) {
  const error = await response.json().then(
    (body) => body.error,
    () => null,
  );
  const retryAfter = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return new ApiError(error?.message ?? `The server answered with status ${response.status}.`, {
    status: response.status,
    code: error?.code ?? "unknown",
    param: error?.param ?? null,
    retryAfter: Number.isNaN(retryAfter) ? undefined : retryAfter,
  });
}
