import { completionRequest, randomSeed } from "../runs/requests.js";
import { Run } from "../runs/run.js";
import { h } from "../views/dom.js";
import { RunView } from "../views/run-view.js";
import { DepthBar } from "./depth-bar.js";
import { PromptForm } from "./prompt-form.js";
import { outcomeOfRun } from "./outcomes.js";

/** Continues a raw prompt. */
export class CompleteMode {
  #run = null;
  #shown = null;

  /**
   * @param {HTMLElement} element Where it is.
   * @param {import("../app.js").App} app What all modes share.
   */
  constructor(element, app) {
    this.app = app;
    /** The prompt that is written. */
    this.form = new PromptForm({
      label: "Prompt",
      action: "Run",
      placeholder: "Type something for the model to continue\u2026",
      onStart: () => this.start(),
      onStop: () => this.stop(),
    });
    this.output = h("div", { class: "output" });
    this.depthBar = new DepthBar(app.settings, {
      onAgain: () => this.start({ isAgain: true }),
      onCompare: () => app.compare(this.form.text, this.#shown.seed, [this.#shown.previousDepth, this.#shown.depth]),
    });
    element.append(this.form.element, this.output, this.depthBar.element);
  }

  /** What the panel of tools works on; null before the first run. */
  get outcome() {
    return this.#run && outcomeOfRun(this.#run);
  }

  /**
   * Sends the prompt.
   * @param {{isAgain?: boolean, pick?: number}} [options] Whether prompt and seed stay those of the run before; the token that is
   *   picked at the end.
   */
  async start({ isAgain = false, pick } = {}) {
    const settings = this.app.settings.read();
    if (settings === null || this.#run?.status === "running") {
      return;
    }

    const before = isAgain ? this.#shown : null;
    const prompt = before?.prompt ?? this.form.text;
    settings.seed = before?.seed ?? settings.seed ?? randomSeed();
    const run = new Run("/v1/completions", completionRequest(settings, prompt), this.app.settings.modelLoops);
    this.depthBar.previous = before;
    this.#run = run;
    this.#shown = { run, prompt, seed: settings.seed, depth: settings.depth, previousDepth: before?.depth };
    this.app.inspector.pick(null, null);
    const view = new RunView(this.app.inspector, run, { threshold: this.app.gateThreshold, onFrame: () => this.app.tools.update() });
    this.output.replaceChildren(view.element);
    this.depthBar.element.hidden = false;
    this.form.isRunning = true;
    await this.app.follow(run, this);
    this.form.isRunning = false;
    this.depthBar.showChange(run);
    this.app.pickAfter(view, pick);
  }

  /** Sends the prompt again after a failure. */
  retry() {
    this.start({ isAgain: true });
  }

  /** Ends the run. */
  stop() {
    this.#run?.stop();
  }
}
