import { AnswerView } from "./answer-view.js";
import { h } from "./dom.js";
import { StatsBar } from "./stats-bar.js";

/** Shows a run while it goes on: what it costs, its tokens, how it ended. New tokens are shown once a frame, however many come. */
export class RunView {
  #frame = 0;

  /**
   * @param {import("./inspector.js").Inspector} inspector Where a token is looked into.
   * @param {import("../runs/run.js").Run} run The run; it need not have started.
   * @param {{threshold: number | null, hasGrid?: boolean, onFrame?: () => void}} options The threshold of `q-exit`, where that decides;
   *   whether the loops are shown as a grid; what else is to be brought up to date.
   */
  constructor(inspector, run, { threshold, hasGrid = true, onFrame }) {
    Object.assign(this, { run, onFrame });
    this.stats = new StatsBar();
    this.answer = new AnswerView(inspector, { tokens: run.tokens, loops: run.mostLoops, threshold, hasGrid });
    this.outcome = h("p", { class: "outcome" });
    this.element = h("div", { class: "run", "aria-busy": "true" }, this.stats.element, this.answer.element, this.outcome);
    run.addEventListener("tokens", () => this.#schedule());
    run.addEventListener("end", () => this.#schedule());
    this.#show();
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#show();
    });
  }

  #show() {
    const { run } = this;
    this.answer.update();
    this.stats.show(run);
    this.element.setAttribute("aria-busy", String(run.status === "running"));
    this.outcome.textContent = outcomeOf(run);
    this.onFrame?.();
  }
}

/**
 * @param {import("../runs/run.js").Run} run A run.
 * @returns {string} Its state, in a sentence.
 */
export function outcomeOf(run) {
  switch (run.status) {
    case "running":
      return run.tokens.length === 0 ? "Waiting for the first token\u2026" : "";
    case "stopped":
      return `Stopped after ${run.tokens.length} tokens.`;
    case "failed":
      return run.tokens.length === 0 ? "" : `Broken off after ${run.tokens.length} tokens. What came is kept.`;
    default:
      return run.finishReason === "length" ? "It reached the limit of tokens." : "";
  }
}
