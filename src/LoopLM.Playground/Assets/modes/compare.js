import { ApiError, postJson } from "../api/api.js";
import { compareRequest, randomSeed } from "../runs/requests.js";
import { depthStats } from "../runs/stats.js";
import { tokensOfAnswer } from "../runs/tokens.js";
import { AnswerView } from "../views/answer-view.js";
import { h } from "../views/dom.js";
import { duration, visible } from "../views/text.js";
import { DepthForm, describeDepth } from "./depth-form.js";
import { PromptForm } from "./prompt-form.js";

const MOST = 4;
const GRID_UP_TO = 16;

/** Answers one prompt at several depths, side by side. */
export class CompareMode {
  #depths = [];
  #abort = null;
  #result = null;

  /**
   * @param {HTMLElement} element Where it is.
   * @param {import("../app.js").App} app What all modes share.
   */
  constructor(element, app) {
    this.app = app;
    /** The prompt that is written. */
    this.form = new PromptForm({
      label: "Prompt",
      action: "Compare",
      placeholder: "One prompt for all depths\u2026",
      onStart: () => this.start(),
      onStop: () => this.stop(),
    });
    this.columns = h("div", { class: "depths" });
    this.add = h("button", { type: "button", class: "quiet", click: () => this.setDepths([...this.#read(), {}]) }, "+ Add a depth");
    this.output = h("div", { class: "output compared" });
    element.append(this.form.element, this.columns, this.add, this.output);
    this.setDepths([{ maxLoops: 1 }, {}]);
    app.settings.addEventListener("change", () => this.#depths.forEach((depth) => depth.show(app.settings)));
  }

  /** What the panel of tools works on; null before the first comparison. */
  get outcome() {
    return this.#result && { events: () => [], promptTokenIds: () => null, result: () => this.#result };
  }

  /** @param {Partial<import("../runs/requests.js").Depth>[]} depths At least two; what they leave open is left to the server. */
  setDepths(depths) {
    this.#depths = depths.slice(0, MOST).map((depth, i) => new DepthForm(depth, i, depths.length > 2 ? () => this.#remove(i) : null));
    this.columns.replaceChildren(...this.#depths.map((depth) => depth.element));
    this.#depths.forEach((depth) => depth.show(this.app.settings));
    this.add.hidden = depths.length >= MOST;
  }

  /**
   * Requests the answers.
   * @param {{seed?: number}} [options] The seed, where the form has none.
   */
  async start({ seed } = {}) {
    const settings = this.app.settings.read();
    if (settings === null || this.#abort !== null) {
      return;
    }

    settings.seed ??= seed ?? randomSeed();
    const depths = this.#read();
    const body = compareRequest(settings, this.form.text, depths);
    this.#abort = new AbortController();
    this.form.isRunning = true;
    this.app.notice.clear();
    this.app.inspector.pick(null, null);
    this.output.replaceChildren(h("p", { class: "outcome" }, "The depths run side by side\u2026"));
    try {
      this.#show(body, await postJson("/v1/loop/compare", body, this.#abort.signal), depths);
    } catch (error) {
      this.output.replaceChildren();
      if (error instanceof ApiError) {
        this.app.notice.show(error, () => this.start({ seed }));
      } else if (error.name !== "AbortError") {
        throw error;
      }
    } finally {
      this.#abort = null;
      this.form.isRunning = false;
    }
  }

  /** Ends the comparison. */
  stop() {
    this.#abort?.abort();
  }

  #read() {
    return this.#depths.map((depth) => depth.read());
  }

  #remove(i) {
    this.setDepths(this.#read().filter((_, each) => each !== i));
  }

  #show(body, response, depths) {
    const { modelLoops } = this.app.settings;
    const answers = response.answers.map((answer, i) => ({ answer, depth: depths[i], tokens: tokensOfAnswer(answer) }));
    const first = answers[0].tokens;
    this.#result = {
      path: "/v1/loop/compare",
      request: body,
      modelLoops,
      answers: answers.map(({ answer, depth, tokens }) => ({
        name: describeDepth(depth, this.app.settings),
        settings: answer.settings,
        text: answer.text,
        usage: answer.usage,
        divergence: answer.divergence,
        seconds: answer.seconds,
        tokens,
      })),
    };
    const views = answers.map((each) => this.#column(each, first, modelLoops));
    this.output.replaceChildren(...views.map((view) => view.element));
    this.app.tools.show(this.outcome);
    this.app.say(`${answers.length} answers have come.`);
    this.app.pickAfter({ answer: views.at(-1).answer });
  }

  #column({ answer, depth, tokens }, first, modelLoops) {
    const { loops, mean, saved } = depthStats(tokens, modelLoops);
    const firstLoops = depthStats(first, modelLoops).loops;
    const name = describeDepth(depth, this.app.settings);
    const view = new AnswerView(this.app.inspector, {
      tokens,
      loops: Math.max(modelLoops, depth.maxLoops ?? 0),
      threshold: this.app.gateThreshold === null ? null : (depth.threshold ?? this.app.gateThreshold),
      label: `the answer with ${name}`,
      divergence: answer.divergence?.token ?? null,
      hasGrid: tokens.length <= GRID_UP_TO,
    });
    const facts = [
      ["loops", tokens === first ? String(loops) : `${loops} (${signed(loops / firstLoops - 1)})`],
      ["mean", `${mean.toFixed(2)} of ${modelLoops}`],
      ["saved", `${Math.round(saved * 100)} %`],
      ["time", duration(answer.seconds * 1000)],
    ];
    return {
      answer: view,
      element: h(
        "article",
        { class: "column" },
        h("h2", {}, name),
        h("dl", { class: "stats small" }, ...facts.map(([label, value]) => h("div", {}, h("dd", {}, value), h("dt", {}, label)))),
        view.element,
        h("p", { class: "outcome" }, this.#differenceOf(answer, tokens, first)),
      ),
    };
  }

  #differenceOf(answer, tokens, first) {
    if (tokens === first) {
      return "The others are compared with this one.";
    }

    if (answer.divergence === null) {
      return "The same tokens as the first.";
    }

    const at = answer.divergence.token;
    const name = (token) => (token ? `\u201c${visible(token.text || token.name)}\u201d` : "the end");
    return `It differs from token ${at + 1} on: ${name(tokens[at])} instead of ${name(first[at])}.`;
  }
}

function signed(share) {
  return `${share < 0 ? "\u2212" : "+"}${Math.abs(share * 100).toFixed(0)} %`;
}
