import { postStream } from "../api/api.js";
import { DepthCounter } from "./stats.js";
import { tokensOfChat, tokensOfCompletion } from "./tokens.js";

const KEPT_EVENTS = 20_000;

// Tokens that came together say nothing about speed.
const SHORT = 20;

/**
 * One request for a streamed answer, from its start to its end.
 *
 * Events: `tokens` when some have come, `end` once when it is over, whatever the outcome.
 */
export class Run extends EventTarget {
  #abort = new AbortController();
  #started = 0;

  /**
   * @param {string} path `/v1/completions` or `/v1/chat/completions`.
   * @param {object} body The request.
   * @param {number} modelLoops The loops of the model.
   */
  constructor(path, body, modelLoops) {
    super();
    Object.assign(this, { path, body, modelLoops });
    /** Loops that a token may run: the model's, or more where the request wants them. */
    this.mostLoops = Math.max(modelLoops, body.max_loops ?? 0);
    /** @type {import("./tokens.js").Token[]} */
    this.tokens = [];
    /** The text of the answer, without reasoning. */
    this.text = "";
    /** The data of the events, as they came; the first of them where there are very many. */
    this.events = [];
    this.depth = new DepthCounter(modelLoops);
    /** @type {"running" | "done" | "stopped" | "failed"} */
    this.status = "running";
    /** @type {Error | null} */
    this.error = null;
    this.finishReason = null;
    this.usage = null;
    this.promptTokenIds = null;
    this.fingerprint = null;
    this.model = body.model;
  }

  /** Milliseconds from the request to the first token; undefined before it has come. */
  get timeToFirstToken() {
    return this.tokens[0]?.at;
  }

  /** Tokens a second from the first to the last token; undefined before there are two of them. */
  get tokensPerSecond() {
    const span = this.tokens.length > 1 ? this.tokens.at(-1).at - this.tokens[0].at : 0;
    return span > SHORT ? ((this.tokens.length - 1) * 1000) / span : undefined;
  }

  /** Sends the request and reads the answer to its end. Does not throw: what goes wrong is `error`. */
  async start() {
    this.#started = performance.now();
    try {
      await postStream(this.path, this.body, { signal: this.#abort.signal, onEvent: (event, data) => this.#read(event, data) });
      this.status = "done";
    } catch (error) {
      this.status = this.#abort.signal.aborted ? "stopped" : "failed";
      this.error = this.status === "failed" ? error : null;
    }

    this.dispatchEvent(new Event("end"));
  }

  /** Ends the request; what has come is kept. */
  stop() {
    this.#abort.abort();
  }

  #read(event, data) {
    if (this.events.length < KEPT_EVENTS) {
      this.events.push(data);
    }

    this.model = event.model ?? this.model;
    this.fingerprint = event.system_fingerprint ?? this.fingerprint;
    this.usage = event.usage ?? this.usage;
    const choice = event.choices[0];
    if (!choice) {
      return;
    }

    this.promptTokenIds ??= event.prompt_token_ids ?? choice.prompt_token_ids ?? null;
    this.finishReason = choice.finish_reason ?? this.finishReason;
    this.text += choice.delta ? (choice.delta.content ?? "") : (choice.text ?? "");
    const tokens = choice.delta ? tokensOfChat(choice) : tokensOfCompletion(choice);
    if (tokens.length > 0) {
      this.#add(tokens);
    }
  }

  #add(tokens) {
    const at = performance.now() - this.#started;
    for (const token of tokens) {
      token.index = this.tokens.length;
      token.gap = at - (this.tokens.at(-1)?.at ?? 0);
      token.at = at;
      this.tokens.push(token);
      this.depth.add(token.exitStep);
    }

    this.dispatchEvent(new Event("tokens"));
  }
}
