import { histogramChart } from "./charts.js";
import { h } from "./dom.js";
import { duration } from "./text.js";

/** Shows what a run has cost so far. */
export class StatsBar {
  #values = new Map();
  #chart = h("div", { class: "chart" });

  constructor() {
    const names = [
      ["mean", "mean loops"],
      ["saved", "compute saved"],
      ["tokens", "tokens"],
      ["speed", "tokens / s"],
      ["first", "first token"],
    ];
    this.element = h(
      "dl",
      { class: "stats" },
      ...names.map(([name, label]) => {
        const value = h("dd", { "data-stat": name }, "\u2013");
        this.#values.set(name, value);
        return h("div", {}, value, h("dt", {}, label));
      }),
      h("div", { class: "wide" }, h("dd", {}, this.#chart), h("dt", {}, "tokens by loop")),
    );
  }

  /** @param {import("../runs/run.js").Run} run The run. */
  show(run) {
    const { mean, saved, tokens, histogram } = run.depth.stats;
    this.#set("mean", tokens === 0 ? "\u2013" : mean.toFixed(2), ` of ${run.modelLoops}`);
    this.#set("saved", tokens === 0 ? "\u2013" : `${Math.round(saved * 100)} %`);
    this.#set("tokens", String(tokens));
    this.#set("speed", run.tokensPerSecond?.toFixed(0) ?? "\u2013");
    this.#set("first", duration(run.timeToFirstToken));
    this.#chart.replaceChildren(histogramChart(histogram));
  }

  #set(name, value, unit = "") {
    this.#values.get(name).replaceChildren(value, ...(unit === "" ? [] : [h("small", {}, unit)]));
  }
}
