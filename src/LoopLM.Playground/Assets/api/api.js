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
 * Posts a request that is answered with server-sent events, until `[DONE]`.
 * @param {string} path Such as `/v1/completions`.
 * @param {object} body The request.
 * @param {{signal: AbortSignal, onEvent: (data: string, event: any) => void}} options `onEvent` gets each event as it came and as it was read.
 * @throws {ApiError} The server refused, failed on the way, or went away.
 */
export async function postStream(path, body, { signal, onEvent }) {
  const response = await post(path, body, signal);
  for await (const data of readEvents(response)) {
    if (data === "[DONE]") {
      return;
    }

    const event = JSON.parse(data);
    if (event.error) {
      throw new ApiError(event.error.message, { ...event.error, status: event.error.status ?? 500 });
    }

    onEvent(data, event);
  }

  throw brokenOff();
}

/**
 * Reads a stream of snapshots for as long as the server sends it.
 * @param {string} path The stream.
 * @param {{signal: AbortSignal, onEvent: (event: any) => void}} options `onEvent` gets each snapshot.
 * @throws {ApiError} The server refused, or went away.
 */
export async function getStream(path, { signal, onEvent }) {
  for await (const data of readEvents(await send(path, { signal }))) {
    onEvent(JSON.parse(data));
  }
}

async function* readEvents(response) {
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

// Relative to the page, which may stand below a path of a proxy.
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
  const error = await response.json().then((body) => body.error, () => null);
  const retryAfter = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return new ApiError(error?.message ?? `The server answered with status ${response.status}.`, {
    status: response.status,
    code: error?.code ?? "unknown",
    param: error?.param ?? null,
    retryAfter: Number.isNaN(retryAfter) ? undefined : retryAfter,
  });
}
